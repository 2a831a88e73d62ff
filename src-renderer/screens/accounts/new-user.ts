import { pairsOfUser } from '../../../src-shared/document/account-edits';
import { splitPath, elementAt, type ElementPath } from '../../../src-shared/document/element-path';
import { addElement, addElements, fieldValue, type NewElement } from '../../../src-shared/document/fields';
import { PAIRS } from '../../../src-shared/document/pairs';
import type { Edit } from '../../../src-shared/manifest/splice';
import {
  attributeValue,
  childElements,
  directText,
  type ElementNode,
  type ManifestTree,
} from '../../../src-shared/manifest/tree';

/** The first user id of people. */
const FIRST_ID = 1000;

/** A further user: the next free name and ids, locked until a password or a key is set. */
export function newUser(tree: ManifestTree, image: ElementPath): NewElement {
  const { username, id } = freeNames(tree, image, 'user');
  return {
    name: 'user',
    attributes: { username, UID: id, GID: id },
    children: [
      { name: 'homedir', text: `/home/${username}` },
      { name: 'shell', text: '/bin/bash' },
      { name: 'password', attributes: { encrypted: 'true' }, text: '!' },
    ],
  };
}

/** Adds a user like another one, with the next free name and ids, and with the script parameters of the name. */
export function duplicateUser(tree: ManifestTree, path: ElementPath): Edit {
  const label = 'Duplicate user';
  const element = elementAt(tree, path);
  if (!element) return { label, splices: [] };
  const { parent } = splitPath(path);
  const before = attributeValue(element, 'username') ?? '';
  const { username, id } = freeNames(tree, parent, before.replace(/\d+$/, '') || 'user');
  const copy = copyOf(element);
  const children = copy.children?.map((child) =>
    child.name === 'homedir' && child.text?.endsWith(`/${before}`) === true
      ? { ...child, text: `${child.text.slice(0, -before.length)}${username}` }
      : child,
  );
  const user = {
    ...copy,
    ...(children && { children }),
    attributes: {
      ...copy.attributes,
      username,
      ...(attributeValue(element, 'UID') !== undefined && { UID: id }),
      ...(attributeValue(element, 'GID') !== undefined && { GID: id }),
    },
  };
  const pairs = pairsOfUser(tree, path).map((pair) => ({
    name: 'pair',
    attributes: {
      key: (fieldValue(tree, pair, 'key') ?? '').replace(`user_${before}_`, `user_${username}_`),
      value: fieldValue(tree, pair, 'value') ?? '',
    },
  }));
  const added = addElement(tree, parent, user, label);
  return { label, splices: [...added.splices, ...addElements(tree, PAIRS, pairs, undefined, label).splices] };
}

function copyOf(element: ElementNode): NewElement {
  const children = childElements(element).map(copyOf);
  const text = directText(element);
  return {
    name: element.name,
    attributes: Object.fromEntries(element.attributes.map(({ name, value }) => [name, value])),
    ...(children.length > 0 ? { children } : text !== '' && { text }),
  };
}

/** The next name that begins with `stem`, and the next number that is neither a user's nor a group's. */
function freeNames(tree: ManifestTree, image: ElementPath, stem: string): { username: string; id: string } {
  const parent = elementAt(tree, image);
  const users = parent ? childElements(parent, 'user') : [];
  const valuesOf = (name: string): (string | undefined)[] => users.map((user) => attributeValue(user, name));
  const ids = [...valuesOf('UID'), ...valuesOf('GID')].map(Number).filter((id) => Number.isInteger(id));
  const names = valuesOf('username');
  let username = stem;
  for (let count = 2; names.includes(username); count++) username = `${stem}${count}`;
  return { username, id: String(Math.max(FIRST_ID - 1, ...ids) + 1) };
}
