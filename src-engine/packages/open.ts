import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import type { Unfollowed } from '../../src-shared/engine-answers/packages';
import type { Manifest } from '../../src-shared/manifest/model';
import { declaredSources } from '../repositories/named';
import { makeFolders } from '../system/files';
import { AptSource } from './apt/apt-source';
import { aptSetup, keyOf, type AptSetup } from './apt/setup';
import { assertHome, cacheFolder, STORED_ELSEWHERE } from './cache-folder';
import { openIps } from './ips/ips-source';
import type { OpenedPackages, PackageSource } from './package-source';
import { readRecipe } from './recipe';

/**
 * Opens the package source of a manifest. Each set of repositories has a folder of its own in the account's cache.
 *
 * Throws `AppError('missing')` when the manifest names no repository, `'unsupported'` when the cache cannot be written.
 */
export async function openPackages(manifest: Manifest): Promise<OpenedPackages> {
  lowerPriority();
  const { key, open } = await locatePackages(manifest);
  const folder = await makeFolder(key);
  return { source: await open(folder), folder };
}

/**
 * Opens the packages only when lists were fetched before; otherwise returns `undefined`. Writes nothing.
 *
 * Throws `AppError('missing')` when the manifest names no repository.
 */
export async function openCachedPackages(manifest: Manifest): Promise<PackageSource | undefined> {
  const { key, open } = await locatePackages(manifest);
  const folder = folderOf(key);
  return existsSync(folder) ? open(folder) : undefined;
}

/** The source of a configuration of APT, for a step. */
export async function openApt(setup: AptSetup): Promise<PackageSource> {
  return new AptSource(setup, await makeFolder(`apt-${keyOf(setup)}`));
}

/** What of the host's configuration is not followed for a manifest. Known without the package lists. */
export async function unfollowedBy(manifest: Manifest): Promise<readonly Unfollowed[]> {
  const declared = declaredSources(manifest);
  return declared.kind === 'apt' ? (await aptSetup(declared)).unfollowed : [];
}

/** The name of the cache folder of a manifest's repositories, and the function that opens it. */
interface PackageLocation {
  readonly key: string;
  open(folder: string): PackageSource | Promise<PackageSource>;
}

async function locatePackages(manifest: Manifest): Promise<PackageLocation> {
  const declared = declaredSources(manifest);
  if (declared.kind === 'apt') {
    const setup = await aptSetup(declared);
    return {
      key: `apt-${keyOf(setup)}`,
      open: (folder) => new AptSource(setup, folder, readRecipe(manifest)),
    };
  }
  if (declared.origins.length === 0)
    throw new AppError(
      'missing',
      'The manifest names no repository.',
      'Set the default repository: host-apt for the APT sources of the build host, or an address.',
    );
  const key = createHash('sha256').update(JSON.stringify(declared.origins)).digest('hex').slice(0, 16);
  return { key: `ips-${key}`, open: (folder) => openIps(declared.origins, folder) };
}

/** About half the share of a build's processes. With 10, a query beside a build takes ten times as long as alone. */
const NICENESS = 3;

/** Package queries run beside a window or a build, which come first. */
function lowerPriority(): void {
  try {
    setPriority(NICENESS);
  } catch {
    // The priority stays as it is.
  }
}

const folderOf = (key: string): string => cacheFolder('catalogues', key);

async function makeFolder(key: string): Promise<string> {
  const folder = folderOf(key);
  assertHome(folder, 'Package lists');
  try {
    makeFolders(folder);
    await removeUnused(dirname(folder), folder);
  } catch (error) {
    throw new AppError('unsupported', `Package lists cannot be stored: ${reasonOf(error)}`, STORED_ELSEWHERE);
  }
  return folder;
}

/** Catalogues of repositories that were not used for this long are removed. */
const MAX_AGE_MS = 60 * 24 * 60 * 60 * 1000;

/** A folder's modification time is its last use. */
async function removeUnused(all: string, used: string): Promise<void> {
  const now = new Date();
  await utimes(used, now, now);
  for (const name of await readdir(all)) {
    const folder = join(all, name);
    const { mtimeMs } = await stat(folder);
    if (now.getTime() - mtimeMs > MAX_AGE_MS) await rm(folder, { recursive: true, force: true });
  }
}
