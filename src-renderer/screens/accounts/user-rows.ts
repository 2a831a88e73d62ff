import { userNameFault } from '../../../src-shared/document/account-edits';
import { pairValue, passwordAt } from '../../../src-shared/document/accounts';
import { childPath, elementAt, type ElementPath } from '../../../src-shared/document/element-path';
import { plural } from '../../../src-shared/format';
import { attributeValue, childElements, type ManifestTree } from '../../../src-shared/manifest/tree';
import { sshKeysIn } from './ssh-keys';

/** A way to sign in, or the lack of one. */
export interface SignIn {
  readonly kind: 'password' | 'plain' | 'keys' | 'locked' | 'none';
  readonly text: string;
}

/** What the list of users shows of one. */
export interface UserRow {
  readonly path: ElementPath;
  /** Empty for a user without one. */
  readonly name: string;
  readonly fullName: string;
  /** One or two letters. */
  readonly initials: string;
  readonly groups: string;
  readonly administrator: string;
  readonly signIn: readonly SignIn[];
  /** What is wrong with the name. */
  readonly fault: string | undefined;
}

const ADMINISTRATOR: Readonly<Record<string, string>> = {
  '': 'with password',
  password: 'with password',
  nopasswd: 'no password',
  no: 'no',
};

/** The users of a manifest, in its order. */
export function userRows(tree: ManifestTree, image: ElementPath): readonly UserRow[] {
  const parent = elementAt(tree, image);
  return (parent ? childElements(parent, 'user') : []).map((user, index) => {
    const path = childPath(image, 'user', index);
    const name = attributeValue(user, 'username') ?? '';
    const ofName = (suffix: string): string => (name === '' ? '' : pairValue(tree, `user_${name}_${suffix}`));
    const fullName = ofName('gecos');
    const sudo = ofName('sudo');
    return {
      path,
      name,
      fullName,
      initials: initialsOf(fullName === '' ? name : fullName),
      groups: ofName('groups')
        .split(/[\s,]+/)
        .filter(Boolean)
        .join(', '),
      administrator: ADMINISTRATOR[sudo] ?? sudo,
      signIn: signInOf(tree, childPath(path, 'password'), ofName('keys')),
      fault: userNameFault(tree, path, name),
    };
  });
}

function signInOf(tree: ManifestTree, path: ElementPath, keys: string): readonly SignIn[] {
  const { text = '', isHash } = passwordAt(tree, path);
  const count = sshKeysIn(keys).length;
  const byKey: SignIn[] = count === 0 ? [] : [{ kind: 'keys', text: plural(count, 'key') }];
  if (text === '') return byKey.length > 0 ? byKey : [{ kind: 'none', text: 'No password' }];
  if (!isHash) return [...byKey, { kind: 'plain', text: 'Plain text' }];
  if (text.startsWith('$')) return [...byKey, { kind: 'password', text: 'Password' }];
  return byKey.length > 0 ? byKey : [{ kind: 'locked', text: 'Locked' }];
}

/** The first letters of the first and the last part; of a single part its first two. */
function initialsOf(name: string): string {
  const parts = name.split(/[\s_.-]+/).filter((part) => part !== '');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  const letters = parts.length > 1 ? [[...first][0], [...last][0]] : [...first].slice(0, 2);
  return letters.join('').toUpperCase();
}
