import { elementAt } from '../../../src-shared/document/element-path';
import { sectionOf, type SectionId } from '../../../src-shared/document/sections';
import type { Problem } from '../../../src-shared/manifest/problems';
import type { ManifestTree } from '../../../src-shared/manifest/tree';

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
