import { elementAt } from '../../../src-shared/document/element-path';
import type { Problem } from '../../../src-shared/manifest/problems';
import type { ManifestTree } from '../../../src-shared/manifest/tree';

/**
 * Whether a problem is about one of some places of a manifest.
 *
 * @param places paths of elements with everything below them, and of single attributes as `path@attribute`
 */
export function isInside({ range }: Pick<Problem, 'range'>, tree: ManifestTree, places: readonly string[]): boolean {
  if (!range) return false;
  return places.some((place) => {
    const [path = '', attribute] = place.split('@');
    const element = elementAt(tree, path);
    const at =
      attribute === undefined ? element?.range : element?.attributes.find(({ name }) => name === attribute)?.range;
    return at ? range.start >= at.start && range.end <= at.end : false;
  });
}
