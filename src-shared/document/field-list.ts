import { labelOf } from '../manifest/labels';
import type { ElementSchema } from '../manifest/schema';
import { attributeValue, childElements, type ManifestTree } from '../manifest/tree';
import { elementAt, childPath, type ElementPath } from './element-path';
import { childSchemas, isRepeatable, schemaOf } from './schema-place';
import { sectionOf, type SectionId } from './sections';

/** A value that a form edits: an attribute, or an element's text. */
export interface FieldPlace {
  readonly path: ElementPath;
  readonly attribute?: string;
  readonly label: string;
  readonly section: SectionId;
}

/** Sections with screens of their own: their lists are searched by names. */
const OTHERS: readonly SectionId[] = ['packages', 'steps', 'xml'];

/** Returns all fields of a manifest that a user can go to: those of the grammar, and of repeated elements those that exist. */
export function fieldPlaces(tree: ManifestTree): readonly FieldPlace[] {
  return fieldsBelow(tree, schemaOf(tree), '', '').filter(({ section }) => !OTHERS.includes(section));
}

function fieldsBelow(tree: ManifestTree, schema: ElementSchema, path: ElementPath, owner: string): FieldPlace[] {
  const named = (label: string): string => (owner === '' ? label : `${owner}: ${label.toLowerCase()}`);
  const section = (attribute = ''): SectionId => sectionOf([path, attribute].filter(Boolean).join('/'));
  const own: FieldPlace[] = schema.attributes.map(({ name }) => ({
    path,
    attribute: name,
    label: named(labelOf(schema.name, name).label),
    section: section(name),
  }));
  if (schema.content.kind === 'text')
    own.push({ path, label: owner === '' ? labelOf(schema.name).label : owner, section: section() });
  const children = childSchemas(schema).flatMap((child) => {
    const count = isRepeatable(schema, child.name) ? countOf(tree, path, child.name) : 1;
    return Array.from({ length: count }, (_, index) => {
      const below = childPath(path, child.name, index);
      return fieldsBelow(tree, child, below, ownerOf(tree, child, below, { owner, count, index }));
    }).flat();
  });
  return [...own, ...children];
}

/** How the fields of an element are introduced: by its own name where it has one, else by its label. */
function ownerOf(
  tree: ManifestTree,
  schema: ElementSchema,
  path: ElementPath,
  { owner, count, index }: { readonly owner: string; readonly count: number; readonly index: number },
): string {
  const element = elementAt(tree, path);
  const name = element && (attributeValue(element, 'username') ?? attributeValue(element, 'key'));
  if (name !== undefined) return name;
  const { label } = labelOf(schema.name);
  const isNamed = label !== schema.name && schema.name !== 'distribution';
  const here = isNamed ? label : owner;
  return count > 1 && isNamed ? `${label} ${index + 1}` : here;
}

function countOf(tree: ManifestTree, path: ElementPath, name: string): number {
  const element = elementAt(tree, path);
  return element ? childElements(element, name).length : 0;
}
