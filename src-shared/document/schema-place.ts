import { detectEra } from '../manifest/eras';
import { manifestSchema, type ElementSchema } from '../manifest/schema';
import { childElements, type ElementNode, type ManifestTree } from '../manifest/tree';
import { splitPath, type ElementPath } from './element-path';

/** Returns the grammar of a manifest. */
export function schemaOf({ root }: ManifestTree): ElementSchema {
  return manifestSchema(detectEra(root));
}

/** Returns the grammar of the element at a path; `undefined` for an element that the grammar does not have. */
export function schemaAt(root: ElementSchema, path: ElementPath): ElementSchema | undefined {
  if (path === '') return root;
  const { parent, name } = splitPath(path);
  const above = schemaAt(root, parent);
  return above && childSchemas(above).find((child) => child.name === name);
}

/** Returns the grammar of the children of an element. */
export function childSchemas({ content }: ElementSchema): readonly ElementSchema[] {
  return content.kind === 'children' ? content.particles.flatMap(({ elements }) => elements) : [];
}

/** Whether a child may be repeated. */
export function isRepeatable({ content }: ElementSchema, name: string): boolean {
  if (content.kind !== 'children') return false;
  return content.particles.some(({ elements, most }) => most > 1 && elements.some((element) => element.name === name));
}

/** Whether a child is required. */
export function isRequired({ content }: ElementSchema, name: string): boolean {
  if (content.kind !== 'children') return false;
  return content.particles.some(
    ({ elements, least }) => least > 0 && elements.length === 1 && elements[0]?.name === name,
  );
}

/** Returns the child before which a new one must be inserted by the order of the grammar; `undefined`: last. */
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
