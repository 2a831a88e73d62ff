import { detectEra } from '../manifest/eras';
import { manifestSchema, type ElementSchema } from '../manifest/schema';
import { childElements, type ElementNode, type ManifestTree } from '../manifest/tree';
import { splitPath, type ElementPath } from './element-path';

/** The grammar that a manifest is judged by. */
export function schemaOf({ root }: ManifestTree): ElementSchema {
  return manifestSchema(detectEra(root));
}

/** The grammar of the element at a path; `undefined` for what the grammar does not know. */
export function schemaAt(root: ElementSchema, path: ElementPath): ElementSchema | undefined {
  if (path === '') return root;
  const { parent, name } = splitPath(path);
  const above = schemaAt(root, parent);
  return above && childSchemas(above).find((child) => child.name === name);
}

/** What may be in an element. */
export function childSchemas({ content }: ElementSchema): readonly ElementSchema[] {
  return content.kind === 'children' ? content.particles.flatMap(({ elements }) => elements) : [];
}

/** How often a child may come. */
export function isRepeatable({ content }: ElementSchema, name: string): boolean {
  if (content.kind !== 'children') return false;
  return content.particles.some(({ elements, most }) => most > 1 && elements.some((element) => element.name === name));
}

/** Whether a child must be there. */
export function isRequired({ content }: ElementSchema, name: string): boolean {
  if (content.kind !== 'children') return false;
  return content.particles.some(
    ({ elements, least }) => least > 0 && elements.length === 1 && elements[0]?.name === name,
  );
}

/** Before which child a new one must stand to be in the grammar's order; `undefined` for last. */
export function placeFor(
  schema: ElementSchema | undefined,
  parent: ElementNode,
  name: string,
): ElementNode | undefined {
  const children = childElements(parent);
  const same = children.map((child) => child.name).lastIndexOf(name);
  if (same >= 0) return children[same + 1];
  if (!schema || schema.content.kind !== 'children' || !schema.content.ordered) return undefined;
  const { particles } = schema.content;
  const rank = (of: string): number => particles.findIndex(({ elements }) => elements.some((one) => one.name === of));
  const own = rank(name);
  return children.find((child) => rank(child.name) > own);
}
