import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThereSync, writeUnsynced } from '../../system/files';
import { PRIVATE_MODE } from '../../system/modes';

/** The login of an address, as a line of APT's `auth.conf` has it (apt_auth.conf(5)). */
interface Login {
  /** The server and the folder, after the protocol unless it is HTTPS: APT before 2.0 knows no protocols here. */
  readonly machine: string;
  readonly user: string;
  readonly password: string;
}

/**
 * The logins that sources have in their addresses. Files of sources are readable by all accounts and stay in an image,
 * so APT gets the logins in a file of their own.
 */
export class Logins {
  readonly #all = new Map<string, Login>();

  /**
   * Adds the login of an address, if it has one.
   *
   * @param refused receives the reason why APT cannot get the login in this way
   */
  addFrom(address: string, refused: (reason: string) => void): void {
    const login = loginOf(address);
    if (!login) return;
    const known = this.#all.get(login.machine);
    if (/\s/.test(login.user + login.password) || login.user === '')
      refused(
        'its login is not used, because auth.conf of APT cannot have an empty user name, or a blank in a login. Give the account another one.',
      );
    else if (known && (known.user !== login.user || known.password !== login.password))
      refused(
        'its login is not used, because another source has another login for the same address. Keep one of them.',
      );
    else this.#all.set(login.machine, login);
  }

  /**
   * The text of an `auth.conf`. Empty when no address has a login.
   *
   * @param hostFile the host's own file, which APT then does not read. A login in an address has precedence.
   */
  text(hostFile: string): string {
    if (this.#all.size === 0) return '';
    // APT uses the first entry that matches the beginning of an address.
    const own = [...this.#all.values()].sort((a, b) => b.machine.length - a.machine.length);
    const lines = own.map(
      ({ machine, user, password }) =>
        `machine ${machine} login ${user}${password === '' ? '' : ` password ${password}`}`,
    );
    return [...lines, contentOf(hostFile)].join('\n');
  }
}

/**
 * Writes logins to a folder, for this account only, or removes older ones where there are none.
 *
 * @returns the lines of `apt.conf` that name the file; APT reads it before it drops its rights
 */
export function writeLogins(folder: string, logins: string): string[] {
  const file = join(folder, 'auth.conf');
  if (logins === '') {
    rmSync(file, { force: true });
    return [];
  }
  writeUnsynced(file, logins, PRIVATE_MODE);
  return [`Dir::Etc::netrc "${file}";`];
}

function loginOf(address: string): Login | undefined {
  const [, protocol = '', user = '', password = '', rest = ''] =
    /^([a-z0-9.+-]+):\/\/(?=[^\s/]*@)([^\s/:]*):?([^\s/]*)@(.*)$/i.exec(address) ?? [];
  if (protocol === '') return undefined;
  // APT fetches the list of mirrors, which is a file, with the protocol after the `+`.
  const isMirror = /^mirror(\+|$)/i.test(protocol);
  const fetched = isMirror ? protocol.slice('mirror+'.length) || 'http' : protocol;
  const place = isMirror || !rest.includes('/') ? rest : `${rest.replace(/\/+$/, '')}/`;
  const machine = /^(tor\+)?https$/i.test(fetched) ? place : `${fetched.toLowerCase()}://${place}`;
  return { machine, user: decoded(user), password: decoded(password) };
}

/** APT decodes the login of an address, and takes that of `auth.conf` as it is. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped; // not UTF-8
    }
  });
}

/** The content of the host's file. Where this account cannot read it, APT could not either. */
function contentOf(file: string): string {
  try {
    return readIfThereSync(file)?.toString('utf8') ?? '';
  } catch {
    return '';
  }
}
