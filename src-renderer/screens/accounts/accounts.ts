import { elementAt } from '../../../src-shared/document/element-path';
import type { NewElement } from '../../../src-shared/document/fields';
import { attributeValue, childElements, type ManifestTree } from '../../../src-shared/manifest/tree';

/** The first user id of people. */
const FIRST_ID = 1000;

/** A further user: the next free name and ids, locked until a password or a key is set. */
export function newUser(tree: ManifestTree, image: string): NewElement {
  const parent = elementAt(tree, image);
  const users = parent ? childElements(parent, 'user') : [];
  const valuesOf = (name: string): (string | undefined)[] => users.map((user) => attributeValue(user, name));
  const ids = [...valuesOf('UID'), ...valuesOf('GID')].map(Number).filter((id) => Number.isInteger(id));
  const id = String(Math.max(FIRST_ID - 1, ...ids) + 1);
  const names = valuesOf('username');
  let username = 'user';
  for (let count = 2; names.includes(username); count++) username = `user${count}`;
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
