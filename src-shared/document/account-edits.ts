import { directText, attributeValue, childElements, type ManifestTree } from '../manifest/tree';
import type { Edit } from '../manifest/splice';
import { childPath, elementAt, splitPath, type ElementPath } from './element-path';
import { fieldValue, setField } from './fields';
import { pairPath } from './pairs';

/** A user name that can be part of a key, as in `user_anna_groups`. useradd accepts no other. */
export const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/** Accounts that Debian and illumos images have before a user is added. */
const SYSTEM_ACCOUNTS = new Set([
  ...['root', 'daemon', 'bin', 'sys', 'sync', 'games', 'man', 'lp', 'mail', 'news', 'uucp', 'proxy', 'www-data'],
  ...['backup', 'list', 'irc', 'messagebus', 'sshd', 'adm', 'smmsp', 'listen', 'gdm', 'webservd', 'noaccess'],
]);

/** Returns the user name that is nearest to a text: `Field.Téch` is `fieldtech`. It may be empty, and may be taken. */
export function plainUserName(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '');
  return plain.replace(/^[^a-z_]+/, '').slice(0, 32);
}

/** What is wrong with the name of a user; `undefined` when nothing is. */
export function userNameFault(tree: ManifestTree, path: ElementPath, name: string): string | undefined {
  if (name === '') return 'A user needs a name.';
  if (!USER_NAME.test(name))
    return 'A user name begins with a small letter, and has only small letters, digits, _ and -, at most 32.';
  if (SYSTEM_ACCOUNTS.has(name)) return `${name} is an account of the base system.`;
  const { parent, index } = splitPath(path);
  const image = elementAt(tree, parent);
  const users = image ? childElements(image, 'user') : [];
  const isTaken = users.some((user, at) => at !== index && attributeValue(user, 'username') === name);
  return isTaken ? `Another user is called ${name}.` : undefined;
}

/**
 * Renames a user. The home folder follows where it is named after the user, and so do the script parameters of the name. A parameter that
 * the new name has already stays as it is.
 */
export function renameUser(tree: ManifestTree, path: ElementPath, name: string): Edit {
  const edit = { ...setField(tree, path, 'username', name), label: 'Change user name' };
  const before = fieldValue(tree, path, 'username') ?? '';
  if (before === '' || before === name) return edit;
  const home = childPath(path, 'homedir');
  const folder = fieldValue(tree, home);
  const isNamedAfter = folder?.endsWith(`/${before}`) === true;
  const moved = isNamedAfter
    ? setField(tree, home, undefined, `${folder.slice(0, -before.length)}${name}`).splices
    : [];
  return { ...edit, splices: [...edit.splices, ...moved, ...renamedKeys(tree, `user_${before}_`, `user_${name}_`)] };
}

/** The suffixes of script parameters that belong to one user. */
const OF_A_USER = ['gecos', 'groups', 'sudo', 'keys'];

function renamedKeys(tree: ManifestTree, before: string, after: string): Edit['splices'] {
  return OF_A_USER.flatMap((suffix) => {
    const pair = pairPath(tree, before + suffix);
    if (pair === undefined || pairPath(tree, after + suffix) !== undefined) return [];
    return setField(tree, pair, 'key', after + suffix).splices;
  });
}

/** The script parameters that belong to a user. */
export function pairsOfUser(tree: ManifestTree, path: ElementPath): readonly ElementPath[] {
  const name = fieldValue(tree, path, 'username') ?? '';
  return OF_A_USER.flatMap((suffix) => pairPath(tree, `user_${name}_${suffix}`) ?? []);
}

/** Sets the default locale, and adds it to the locales of the image where these are listed. */
export function setDefaultLocale(tree: ManifestTree, image: ElementPath, locale: string): Edit {
  const { splices } = setField(tree, childPath(image, 'locale_defaults'), 'locale', locale);
  const path = childPath(image, 'locale_list');
  const element = elementAt(tree, path);
  const locales = element ? directText(element).split(/\s+/).filter(Boolean) : [];
  const added =
    locales.length === 0 || locales.includes(locale)
      ? []
      : setField(tree, path, undefined, [...locales, locale].join(' ')).splices;
  return { label: 'Change locale', splices: [...splices, ...added] };
}
