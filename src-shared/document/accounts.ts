import type { ManifestTree } from '../manifest/tree';
import type { Edit } from '../manifest/splice';
import { elementAt, splitPath, type ElementPath } from './element-path';
import { addElement, fieldValue, removeAt, setField } from './fields';
import { PAIRS, pairPath } from './pairs';
import { setAttribute, setText } from './values';

/** The value of a pair as steps read it: a backslash before a quote is not part of it. */
export function pairValue(tree: ManifestTree, key: string): string {
  const path = pairPath(tree, key);
  return (path === undefined ? '' : (fieldValue(tree, path, 'value') ?? '')).replace(/\\(["'])/g, '$1');
}

/** Writes a pair, with a backslash before each quote, which would split the value. An empty value removes the pair. */
export function setPair(tree: ManifestTree, key: string, value: string, label: string): Edit {
  const path = pairPath(tree, key);
  const written = value.replace(/["']/g, '\\$&');
  const gesture = `pair ${key}`;
  if (value === '') return { ...(path === undefined ? { splices: [] } : removeAt(tree, [path])), label, gesture };
  const edit =
    path === undefined
      ? addElement(tree, PAIRS, { name: 'pair', attributes: { key, value: written } })
      : setField(tree, path, 'value', written);
  return { ...edit, label, gesture };
}

/** A password of the manifest. */
export interface StoredPassword {
  /** The text or the hash; `undefined` when the element does not exist. */
  readonly text: string | undefined;
  readonly isHash: boolean;
}

/** The attribute for whether it is a text or a hash, and its value for a hash: `rootpass` has the opposite of `password`. */
function hashMark(path: ElementPath): readonly [attribute: string, hash: string, text: string] {
  return splitPath(path).name === 'rootpass' ? ['is_plaintext', 'false', 'true'] : ['encrypted', 'true', 'false'];
}

/** Reads a password. */
export function passwordAt(tree: ManifestTree, path: ElementPath): StoredPassword {
  const [attribute, hash] = hashMark(path);
  const mark = fieldValue(tree, path, attribute)?.trim() ?? '';
  return { text: fieldValue(tree, path), isHash: mark === hash || mark === (hash === 'true' ? '1' : '0') };
}

/** Writes the hash of a password in one edit. The label has nothing of it. */
export function setPasswordHash(tree: ManifestTree, path: ElementPath, hash: string, label: string): Edit {
  const [attribute, value] = hashMark(path);
  const element = elementAt(tree, path);
  if (element)
    return {
      label,
      splices: [...setAttribute(tree, element, attribute, value), ...setText(tree, element, hash)],
    };
  const { parent, name } = splitPath(path);
  return addElement(tree, parent, { name, attributes: { [attribute]: value }, text: hash }, label);
}

/** What is wrong with SSH keys that are to be stored; `undefined` when nothing is. */
export function keysFault(keys: string): string | undefined {
  if (/PRIVATE KEY/.test(keys))
    return 'This is a private key. It is not stored: every user of the image could read it. Paste the public key, from the file that ends in .pub.';
  const lines = keys.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const wrong = lines.findIndex((line) => !PUBLIC_KEY.test(line));
  return wrong < 0 ? undefined : `Line ${wrong + 1} is not a public SSH key, as in: ssh-ed25519 AAAA… name`;
}

/** A line of authorized_keys: perhaps options, then type and key (sshd(8)). */
const PUBLIC_KEY = /(^|\s)((sk-)?(ssh|ecdsa)-[a-z0-9@.-]+)\s+AAAA[A-Za-z0-9+/]+=*(\s|$)/;
