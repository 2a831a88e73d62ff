import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findTool } from '../../system/executables';
import { ask } from '../../system/exec';
import { ifMissing, readIfThere } from '../../system/files';
import { AppError, reasonOf } from '../../../src-shared/errors';

/** A file of the host. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** `apt-config` starts at once, unless the host is very busy. */
const TIMEOUT_MS = 30_000;

/** Where APT has its files when it does not name another place. */
const DEFAULTS: Readonly<Record<string, string>> = {
  dir: '/',
  'dir::etc': 'etc/apt',
  'dir::etc::sourcelist': 'sources.list',
  'dir::etc::sourceparts': 'sources.list.d',
  'dir::etc::preferences': 'preferences',
  'dir::etc::preferencesparts': 'preferences.d',
  'dir::etc::trustedparts': 'trusted.gpg.d',
  'dir::etc::parts': 'apt.conf.d',
};

/** Settings that decide how files are fetched: proxies, certificates, addresses, and how old a list may be. */
const NETWORK =
  /^Acquire::(https?|ftp|tor|socks5h?|ForceIPv[46]|Check-Valid-Until|Check-Date|Max-ValidTime|Min-ValidTime)(::\S*)? "/i;

/** The configuration of the host's APT, as APT itself reads it. */
export class HostApt {
  /** Lines of the form `NAME "VALUE";`. */
  readonly #lines: readonly string[];
  readonly #values = new Map<string, string>();

  private constructor(dump: string) {
    this.#lines = dump.split('\n');
    for (const line of this.#lines) {
      const [, name, value] = /^(\S+) "(.*)";$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.#values.set(name.toLowerCase(), value);
    }
  }

  /** Reads it. Empty on a host without APT. Throws `AppError('unsupported')` when APT cannot read its configuration. */
  static async read(): Promise<HostApt> {
    if (findTool('apt-config') === undefined) return new HostApt('');
    return new HostApt(
      await ask(['apt-config', 'dump'], TIMEOUT_MS).catch((error: unknown) => {
        throw new AppError(
          'unsupported',
          `APT of this host cannot read its configuration: ${reasonOf(error)}`,
          'Correct the file that the message names.',
        );
      }),
    );
  }

  /** A setting; `undefined` when it is not set or empty. */
  value(name: string): string | undefined {
    return this.#values.get(name.toLowerCase()) || DEFAULTS[name.toLowerCase()];
  }

  /** The path of a file or folder that a setting names: relative ones are below the folder of the setting above. */
  path(name: string): string {
    const parts = name.split('::');
    let path = this.value(name) ?? '';
    for (let count = parts.length - 1; count > 0 && !path.startsWith('/'); count--)
      path = join(this.value(parts.slice(0, count).join('::')) ?? '', path);
    return join(this.value('RootDir') ?? '/', path);
  }

  /** The architecture of packages. */
  get architecture(): string | undefined {
    return this.value('APT::Architecture');
  }

  /** The lines of the network settings, and the files with logins for servers. */
  get network(): string[] {
    const logins = ['Dir::Etc::netrc', 'Dir::Etc::netrcparts'].filter((name) => this.value(name) !== undefined);
    return [
      ...this.#lines.filter((line) => NETWORK.test(line)),
      ...logins.map((name) => `${name} "${this.path(name)}";`),
    ];
  }

  /** The source files in APT's order. APT ignores other names. */
  sources(): Promise<SourceFile[]> {
    return this.#files('Dir::Etc::sourcelist', 'Dir::Etc::sourceparts', /^[\w:.-]+\.(list|sources)$/);
  }

  /** The files of preferences, which hold pins. APT ignores other names. */
  preferences(): Promise<SourceFile[]> {
    return this.#files('Dir::Etc::preferences', 'Dir::Etc::preferencesparts', /^([\w:-]+|[\w:.-]+\.pref)$/);
  }

  async #files(file: string, folder: string, names: RegExp): Promise<SourceFile[]> {
    const [one, parts] = [this.path(file), this.path(folder)];
    const listed = ((await readdir(parts).catch(ifMissing)) ?? []).filter((name) => names.test(name)).sort();
    const read = async (path: string): Promise<SourceFile[]> => {
      const text = (await readIfThere(path).catch((error: unknown) => unreadable(path, error)))?.toString('utf8');
      return text === undefined ? [] : [{ path, text }];
    };
    return (await Promise.all([one, ...listed.map((name) => join(parts, name))].map(read))).flat();
  }
}

function unreadable(path: string, error: unknown): never {
  throw new AppError(
    'missing',
    `${path} of the APT of this host cannot be read: ${reasonOf(error)}`,
    'Let this account read it, or set the default repository to the address of an archive.',
  );
}
