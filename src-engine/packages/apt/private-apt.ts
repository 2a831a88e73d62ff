import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, reasonOf } from '../../../src-shared/errors';
import { exec, type ExecResult } from '../../system/exec';
import { writeUnsynced } from '../../system/files';
import { findTool } from '../../system/executables';
import { writeLogins } from './logins';
import { pinFault } from './pin-fault';
import type { AptSetup, ConfigFile } from './setup';

/** Debian's own keys, where the host has their package: APT of another distribution does not trust them by itself. */
const DEBIAN_KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * APT with a private state in a folder: sources, lists, caches and an empty image. It neither reads nor changes the
 * host's package state, needs no root and runs none of the host's hooks. It uses the host's trusted keys, its network
 * settings and, with the host's sources, its pins.
 */
export class PrivateApt {
  readonly lists: string;

  readonly #setup: AptSetup;

  constructor(
    readonly folder: string,
    setup: AptSetup,
  ) {
    this.#setup = setup;
    this.lists = join(folder, 'lists');
  }

  /** Creates the folder's contents. Throws `AppError('unsupported')` where the host has no APT. */
  async prepare(): Promise<void> {
    const setup = this.#setup;
    if (findTool('apt-get') === undefined)
      throw new AppError(
        'unsupported',
        'This host has no apt-get, which reads Debian repositories.',
        'Choose a build host with Debian or Ubuntu.',
      );
    // Proxies, logins and addresses of the host may have passwords.
    await mkdir(this.folder, { recursive: true });
    await chmod(this.folder, 0o700);
    // Another process may read the lists meanwhile: what is as it should be stays untouched.
    for (const name of ['sources.list.d', 'preferences.d', 'keys', 'lists/partial', 'cache/archives/partial'])
      await mkdir(join(this.folder, name), { recursive: true });
    await writeAll(join(this.folder, 'sources.list.d'), setup.sources);
    await writeAll(join(this.folder, 'preferences.d'), setup.preferences);
    await this.#linkKeys(setup.trustedKeys);
    writeIfOther(join(this.folder, 'status'), '');
    const logins = writeLogins(this.folder, setup.logins);
    writeIfOther(join(this.folder, 'apt.conf'), this.#configuration(setup, logins));
  }

  /**
   * Runs an APT tool on this state. A signal that ends a cancelled query ends the tool too, because a tool that is left
   * would hold APT's lock.
   *
   * Throws `AppError('unsupported')`, also with the exit status 100, where the pins of the host cannot be read.
   *
   * @param okExitCodes as in `exec`
   * @param signal as in `exec`
   */
  async run(
    argv: readonly [string, ...string[]],
    okExitCodes: readonly number[] = [0],
    signal?: AbortSignal,
  ): Promise<ExecResult> {
    const env = { ...process.env, APT_CONFIG: join(this.folder, 'apt.conf'), LC_ALL: 'C.UTF-8', LANGUAGE: 'C' };
    const options = {
      env,
      okExitCodes,
      errorCode: 'unsupported',
      endsWithCaller: true,
      ...(signal && { signal }),
    } as const;
    const result = await exec(argv, options).catch((error: unknown) => {
      throw pinFault(reasonOf(error), this.#setup) ?? (error as Error);
    });
    const fault = result.code === 0 ? undefined : pinFault(result.stderr, this.#setup);
    if (fault) throw fault;
    return result;
  }

  async #linkKeys(trusted: string): Promise<void> {
    const keys = join(this.folder, 'keys');
    // A host without APT has no such folder. Without a key APT refuses the repository and names the key.
    const hosts = (await readdir(trusted).catch(() => [])).map((name) => [name, join(trusted, name)] as const);
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

  #configuration({ network, policy, architecture }: AptSetup, logins: readonly string[]): string {
    const settings = {
      'Dir::State': this.folder,
      'Dir::State::lists': this.lists,
      'Dir::State::status': join(this.folder, 'status'),
      'Dir::Cache': join(this.folder, 'cache'),
      'Dir::Etc::main': '/dev/null',
      'Dir::Etc::parts': '/dev/null',
      'Dir::Etc::preferences': '/dev/null',
      'Dir::Etc::preferencesparts': join(this.folder, 'preferences.d'),
      'Dir::Etc::sourcelist': '/dev/null',
      'Dir::Etc::sourceparts': join(this.folder, 'sources.list.d'),
      'Dir::Etc::trustedparts': join(this.folder, 'keys'),
      'Dir::Log': join(this.folder, 'cache'),
      'APT::Sandbox::User': '',
      'APT::Get::Assume-Yes': 'true',
      // Only the packages of the image's architecture, as in a build.
      ...(architecture !== undefined && { 'APT::Architectures': architecture }),
      'Acquire::Languages': 'en',
      'Acquire::http::Timeout': '15',
      'Acquire::https::Timeout': '15',
      'Acquire::Retries': '1',
      // Hundreds of small differences take longer than the list.
      'Acquire::PDiffs': 'false',
      'APT::Update::Error-Mode': 'any',
    };
    const own = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
    return [...network, ...logins, ...policy, ...own, ''].join('\n');
  }
}

/** Writes the files of a folder and removes others. */
async function writeAll(folder: string, files: readonly ConfigFile[]): Promise<void> {
  await removeOthers(
    folder,
    files.map(({ name }) => name),
  );
  for (const { name, text } of files) writeIfOther(join(folder, name), text);
}

/** Removes the entries of a folder that have other names. */
async function removeOthers(folder: string, names: readonly string[]): Promise<void> {
  for (const name of await readdir(folder))
    if (!names.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
}

function writeIfOther(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeUnsynced(file, text);
}
