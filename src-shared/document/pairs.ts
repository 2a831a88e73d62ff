import { attributeValue, childElements, type ManifestTree } from '../manifest/tree';
import { childPath, elementAt, type ElementPath } from './element-path';

/** Path of the list of pairs. */
export const PAIRS = 'key_value_pairs';

/** Path of the pair with a key; `undefined` when there is none. */
export function pairPath(tree: ManifestTree, key: string): ElementPath | undefined {
  const list = elementAt(tree, PAIRS);
  const index = list ? childElements(list, 'pair').findIndex((pair) => attributeValue(pair, 'key') === key) : -1;
  return index < 0 ? undefined : childPath(PAIRS, 'pair', index);
}
