import { elementAt, splitPath } from '../../../src-shared/document/element-path';
import { sectionOf, type SectionId } from '../../../src-shared/document/sections';
import type { Problem } from '../../../src-shared/manifest/problems';
import { childElements, directText, type ElementNode, type ManifestTree } from '../../../src-shared/manifest/tree';

/** Paths of elements with everything below them, and of single attributes as `path@attribute`; or all of a section. */
type Places = readonly string[] | SectionId;

/** Whether a problem is about one of some places of a manifest. */
export function isInside(
  { range, path }: Pick<Problem, 'range' | 'path'>,
  tree: ManifestTree,
  places: Places,
): boolean {
  if (typeof places === 'string') return sectionOf(path) === places;
  if (!range) return false;
  return places.some((place) => {
    const [owner = '', attribute] = place.split('@');
    const element = elementAt(tree, owner);
    const at =
      attribute === undefined ? element?.range : element?.attributes.find(({ name }) => name === attribute)?.range;
    return at ? range.start >= at.start && range.end <= at.end : false;
  });
}

/** Whether a field, `path@attribute`, is one of some places. */
export function isPlaceInside(field: string, places: Places): boolean {
  if (typeof places === 'string') return sectionOf(field.replace(/@$/, '').replace('@', '/')) === places;
  return places.some(
    (place) => field === place || (/^[@/[]/.test(field.slice(place.length)) && field.startsWith(place)),
  );
}

/** How many settings of some places the manifest has. */
export function countSet(tree: ManifestTree, places: Places): number {
  if (typeof places === 'string') return countBelow(tree.root, '', (path) => sectionOf(path) === places);
  const counts = places.map((place) => {
    const [owner = '', attribute] = place.split('@');
    if (attribute !== undefined)
      return elementAt(tree, owner)?.attributes.some(({ name }) => name === attribute) ? 1 : 0;
    const { parent, name } = splitPath(owner);
    const above = elementAt(tree, parent);
    const elements = owner.endsWith(']') || !above ? [elementAt(tree, owner)] : childElements(above, name);
    return sum(elements.map((element) => (element ? countBelow(element, '', () => true) : 0)));
  });
  return sum(counts);
}

/** A text is one setting with its attributes. `isCounted` gets the path without indices. */
function countBelow(element: ElementNode, path: string, isCounted: (path: string) => boolean): number {
  const children = childElements(element);
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`);
  if (children.length === 0 && directText(element) !== '') return isCounted(path) ? 1 : 0;
  const attributes = element.attributes.filter(({ name }) => isCounted(below(name))).length;
  return attributes + sum(children.map((child) => countBelow(child, below(child.name), isCounted)));
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
