import { join, resolve } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import { writeBuildConfig } from '../packages/apt/build-config';
import { aptSetup, type AptSetup } from '../packages/apt/setup';
import { DebStore } from '../packages/lock/deb-store';
import { recordUse } from '../packages/lock/lock-uses';
import { readLockAt, type LockFile } from '../packages/lock/lock-file';
import { lockedAptLines, writeLockedRepository, writeLockedSources } from '../packages/lock/locked-repository';
import { openApt } from '../packages/open';
import { declaredSources, type RepositorySettings } from '../repositories/named';
import { ask } from '../system/exec';
import { defineCommand, type Parsed } from './command';
import { printLines } from './print';

export const aptConfigCommand = defineCommand({
  name: 'apt-config',
  summary: 'for a step: write the APT configuration that the repositories of the manifest mean on this host',
  usage: ['SOCKET FOLDER'],
  description: [
    'A step calls this with its first argument, the socket of the manifest, and with a new folder. The folder then has `sources.list.d` without logins, `preferences.d`, and for this account only `apt.conf` with the proxies of the host, which names an `auth.conf` with logins. Neither must be left in an image. `resolve` and the window use the same configuration.',
    'Where the manifest has a lock, the folder `locked` has a repository with exactly its packages, and `apt.conf` makes APT see nothing else; the variable `SLIPWAY_LOCK` of the step names the lock.',
    "The paths of the host's files that the packages depend on, and that of the lock, are printed, one per line. What is not followed is printed on standard error.",
  ],
  options: {},
  operands: { min: 2, max: 2 },
  run,
});

async function run({ positionals }: Parsed<Record<never, never>>): Promise<number> {
  const [socket = '', folder = ''] = positionals;
  const declared = declaredSources(await settingsOf(socket));
  if (declared.kind !== 'apt')
    throw new AppError(
      'unsupported',
      'The manifest names no Debian repository.',
      'Set the key suite, or set the default repository to host-apt.',
    );
  const setup = await aptSetup(declared);
  const lock = process.env['SLIPWAY_LOCK'] ?? '';
  const found = lock === '' ? undefined : readLockAt(lock);
  if (found && found.lock.installer !== 'apt')
    throw new AppError(
      'refused',
      `${lock} has no packages of Debian.`,
      'Remove it, or run distro_const lock --update.',
    );
  if (found) await writeLocked(folder, setup, found);
  else writeBuildConfig(folder, setup);
  for (const { message } of setup.unfollowed) process.stderr.write(`${message}\n`);
  // A lock that appears later is an input, too.
  printLines([...(lock === '' ? [] : [lock]), ...setup.hostFiles]);
  return 0;
}

/** Lets the step see only the packages of a lock. Those that are not stored are fetched first. */
async function writeLocked(folder: string, setup: AptSetup, { path, lock }: LockFile): Promise<void> {
  const store = new DebStore();
  await store.complete(lock.packages, async (files) => (await openApt(setup)).download(files));
  recordUse(store, path, lock);
  const locked = resolve(folder, 'locked');
  writeLockedRepository(join(locked, 'repository'), lock, store);
  writeLockedSources(locked);
  writeBuildConfig(folder, setup, lockedAptLines(locked));
}

const TIMEOUT_MS = 60_000;

const DEFAULT = 'img_params/pkg_repo_default_authority';
const ADDITIONAL = 'img_params/pkg_repo_addl_authority';

/** The parts of the manifest that name repositories. `ManifestRead` reads them, so that they are inputs of the step. */
async function settingsOf(socket: string): Promise<RepositorySettings> {
  const read = async (...argv: readonly string[]): Promise<string[]> => {
    const answer = await ask(['ManifestRead', ...argv], TIMEOUT_MS).catch((error: unknown) => {
      throw new AppError('missing', `The manifest cannot be read: ${reasonOf(error)}`, 'Only a step can call this.');
    });
    return answer.split('\n').filter((line) => line !== '');
  };
  const urls = await read(socket, `${DEFAULT}/main//url`);
  const mirrors = await read(socket, `${DEFAULT}/mirror/url`);
  const others = await read(socket, `${ADDITIONAL}/main/url`);
  const suite = await read('-k', socket, 'suite');
  const components = await read('-k', socket, 'components');
  const pairs = (key: string, values: readonly string[]) => values.map((value) => ({ key, value }));
  return {
    publisher: { url: wholeValues(urls).join('\n'), authname: '', mirrors: wholeValues(mirrors) },
    extraPublishers: wholeValues(others).map((url) => ({ url, authname: '', mirrors: [] })),
    keyValuePairs: [...pairs('suite', suite), ...pairs('components', components)],
  };
}

/** The values without the split at quotes (contract 4.1): a part belongs to the value whose bracket is open. */
function wholeValues(parts: readonly string[]): string[] {
  const values: string[] = [];
  let isOpen = false;
  for (const part of parts) {
    if (isOpen) values.push(`${values.pop() ?? ''} ${part}`);
    else values.push(part);
    const last = values.at(-1) ?? '';
    isOpen = last.lastIndexOf('[') > last.lastIndexOf(']');
  }
  return values;
}
