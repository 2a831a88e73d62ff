import { addElement, removeAt, setField } from '../document/fields';
import { elementAt } from '../document/element-path';
import { PAIRS, pairPath } from '../document/pairs';
import type { Edit } from '../manifest/splice';
import { attributeValue, type ManifestTree } from '../manifest/tree';

/** The value of a pair of `key_value_pairs` as it is written; `undefined` when there is none with this key. */
export function pairValue(tree: ManifestTree, key: string): string | undefined {
  const path = pairPath(tree, key);
  const element = path === undefined ? undefined : elementAt(tree, path);
  return element && attributeValue(element, 'value');
}

/** Writes a pair; `undefined` removes it. Typing in one field is one gesture. */
export function setPair(tree: ManifestTree, key: string, value: string | undefined, label: string): Edit {
  const path = pairPath(tree, key);
  if (value === undefined) return removeAt(tree, path === undefined ? [] : [path], label);
  const edit =
    path === undefined
      ? addElement(tree, PAIRS, { name: 'pair', attributes: { key, value } })
      : setField(tree, path, 'value', value);
  return { ...edit, label, gesture: `pair ${key}` };
}
