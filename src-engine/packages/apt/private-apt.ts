import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { exec, type ExecResult } from '../../system/exec';
import { ask } from '../../system/exec';
import { writeUnsynced } from '../../system/files';
import { findTool } from '../../system/executables';
import type { SourceFile } from './sources';

/** Debian's own keys, where the host has their package: APT of another distribution does not trust them by itself. */
const DEBIAN_KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** The host's trusted keys. */
const HOST_KEYS = '/etc/apt/trusted.gpg.d';

/**
 * APT with a private state in a folder: sources, lists, caches and an empty image. It neither reads nor changes the
 * host's package state, needs no root and runs none of the host's hooks. It uses the host's trusted keys and network
 * settings.
 */
export class PrivateApt {
  readonly lists: string;

  constructor(readonly folder: string) {
    this.lists = join(folder, 'lists');
  }

  /** Creates the folder's contents. Throws `AppError('unsupported')` where the host has no APT. */
  async prepare(sources: readonly SourceFile[]): Promise<void> {
    if (findTool('apt-get') === undefined)
      throw new AppError(
        'unsupported',
        'This host has no apt-get, which reads Debian repositories.',
        'Choose a build host with Debian or Ubuntu.',
      );
    // Another process may read the lists meanwhile: what is as it should be stays untouched.
    const parts = join(this.folder, 'sources.list.d');
    for (const name of ['sources.list.d', 'keys', 'lists/partial', 'cache/archives/partial'])
      await mkdir(join(this.folder, name), { recursive: true });
    await removeOthers(
      parts,
      sources.map(({ name }) => name),
    );
    for (const { name, text } of sources) writeIfOther(join(parts, name), text);
    await this.#linkKeys();
    writeIfOther(join(this.folder, 'status'), '');
    writeIfOther(join(this.folder, 'apt.conf'), await this.#configuration());
  }

  /** Runs an APT tool on this state. `okExitCodes` is that of `exec`. */
  run(argv: readonly [string, ...string[]], okExitCodes: readonly number[] = [0]): Promise<ExecResult> {
    const env = { ...process.env, APT_CONFIG: join(this.folder, 'apt.conf'), LC_ALL: 'C.UTF-8', LANGUAGE: 'C' };
    return exec(argv, { env, okExitCodes, errorCode: 'unsupported' });
  }

  async #linkKeys(): Promise<void> {
    const keys = join(this.folder, 'keys');
    // A host without APT has no such folder. Without a key APT refuses the repository and names the key.
    const hosts = (await readdir(HOST_KEYS).catch(() => [])).map((name) => [name, join(HOST_KEYS, name)] as const);
    const links = [...hosts, ['slipway-debian-archive.gpg', DEBIAN_KEYS] as const];
    await removeOthers(
      keys,
      links.map(([name]) => name),
    );
    for (const [name, target] of links) {
      const link = join(keys, name);
      if ((await readlink(link).catch(() => undefined)) === target) continue;
      await rm(link, { force: true });
      await symlink(target, link);
    }
  }

  async #configuration(): Promise<string> {
    const settings = {
      'Dir::State': this.folder,
      'Dir::State::lists': this.lists,
      'Dir::State::status': join(this.folder, 'status'),
      'Dir::Cache': join(this.folder, 'cache'),
      'Dir::Etc::main': '/dev/null',
      'Dir::Etc::parts': '/dev/null',
      'Dir::Etc::preferences': '/dev/null',
      'Dir::Etc::preferencesparts': '/dev/null',
      'Dir::Etc::sourcelist': '/dev/null',
      'Dir::Etc::sourceparts': join(this.folder, 'sources.list.d'),
      'Dir::Etc::trustedparts': join(this.folder, 'keys'),
      'Dir::Log': join(this.folder, 'cache'),
      'APT::Sandbox::User': '',
      'APT::Get::Assume-Yes': 'true',
      'Acquire::Languages': 'en',
      'Acquire::http::Timeout': '15',
      'Acquire::https::Timeout': '15',
      'Acquire::Retries': '1',
      'APT::Update::Error-Mode': 'any',
    };
    return [
      ...(await networkSettings()),
      ...Object.entries(settings).map(([name, value]) => `${name} "${value}";`),
      '',
    ].join('\n');
  }
}

/** Removes the entries of a folder that have other names. */
async function removeOthers(folder: string, names: readonly string[]): Promise<void> {
  for (const name of await readdir(folder))
    if (!names.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
}

function writeIfOther(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeUnsynced(file, text);
}

/** The network settings of the host's APT: proxies and certificates. */
async function networkSettings(): Promise<string[]> {
  // Where it fails, the fetch that follows fails as well, and reports why.
  const dump = await ask(['apt-config', 'dump']).catch(() => '');
  return dump.split('\n').filter((line) => /^Acquire::(https?|ftp|tor)::/.test(line));
}
