import { elementAt, splitPath } from '../../../src-shared/document/element-path';
import { sectionOf, type SectionId } from '../../../src-shared/document/sections';
import type { Problem } from '../../../src-shared/manifest/problems';
import { fieldValue } from '../../../src-shared/document/fields';
import { emptyWithDefaults } from '../../../src-shared/manifest/empty-with-defaults';
import {
  attributeValue,
  childElements,
  directText,
  type ElementNode,
  type ManifestTree,
} from '../../../src-shared/manifest/tree';

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

/** How many settings of some places the manifest has that differ from what the format means without them. */
export function countSet(tree: ManifestTree, places: Places): number {
  const defaults = emptyWithDefaults(tree);
  const isSet = (element: ElementNode, path: string, attribute?: string): boolean =>
    (fieldValue(defaults, path, attribute) ?? '') !==
    (attribute === undefined ? directText(element) : (attributeValue(element, attribute) ?? ''));
  if (typeof places === 'string')
    return countBelow(
      tree.root,
      '',
      (element, path, attribute) =>
        sectionOf([path, attribute ?? ''].filter(Boolean).join('/')) === places && isSet(element, path, attribute),
    );
  const counts = places.map((place) => {
    const [owner = '', attribute] = place.split('@');
    const path = owner.replace(/\[\d+\]/g, '');
    const one = elementAt(tree, owner);
    if (attribute !== undefined)
      return one && attributeValue(one, attribute) !== undefined && isSet(one, path, attribute) ? 1 : 0;
    const { parent, name } = splitPath(owner);
    const above = elementAt(tree, parent);
    const elements = owner.endsWith(']') || !above ? [one] : childElements(above, name);
    return sum(elements.map((element) => (element ? countBelow(element, path, isSet) : 0)));
  });
  return sum(counts);
}

/** A text is one setting with its attributes. `isCounted` gets the path without indices. */
function countBelow(
  element: ElementNode,
  path: string,
  isCounted: (element: ElementNode, path: string, attribute?: string) => boolean,
): number {
  const children = childElements(element);
  const attributes = element.attributes.filter(({ name }) => isCounted(element, path, name)).length;
  if (children.length === 0 && directText(element) !== '') return isCounted(element, path) || attributes > 0 ? 1 : 0;
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`);
  return attributes + sum(children.map((child) => countBelow(child, below(child.name), isCounted)));
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
