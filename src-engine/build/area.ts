import { constants, statfsSync } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';
import { isMountPoint } from '../system/mounts';
import { zfsCommand } from '../system/zfs-command';

/** A build area as resolved from the manifest; nothing is created by resolving (contract 3.1). */
export interface BuildArea {
  readonly kind: 'zfs' | 'directory';
  /** Only for `zfs`: the area's dataset. */
  readonly dataset?: string;
  /** Absolute, without a trailing slash. For a dataset that does not exist yet: where it will be. */
  readonly mountpoint: string;
  readonly exists: boolean;
  readonly buildData: string;
  readonly pkgImage: string;
  readonly tmp: string;
  readonly bootArchive: string;
  readonly media: string;
  readonly logs: string;
  /** Ours alone: the lock, the records of checkpoints, the snapshots of backends without a file system's help. */
  readonly private: string;
}

const invalid = (message: string, hint?: string): AppError => new AppError('area', message, hint);

/** Resolves the manifest's `build_area` (contract 3.1). Throws `AppError('area')` with the contract's words. */
export async function resolveArea(value: string | undefined): Promise<BuildArea> {
  const name = value?.trim();
  if (!name) throw invalid('distro_constr_params/build_area in the manifest file is invalid or missing. Build aborted');
  return name.startsWith('/') ? resolvePath(name) : resolveDataset(name);
}

async function resolveDataset(dataset: string): Promise<BuildArea> {
  if (!zfsCommand())
    throw invalid('ZFS dataset was specified for the build area,\nbut zfs is not installed on the system.');
  assertDatasetName(dataset);
  const mountpoint = await mountpointOf(dataset);
  if (mountpoint !== undefined)
    return layout({ kind: 'zfs', dataset, mountpoint: checked(dataset, mountpoint), exists: true });
  // Not there yet: the mountpoint follows from the nearest ancestor that is.
  const parts = dataset.split('/');
  for (let n = parts.length - 1; n > 0; n--) {
    const parent = parts.slice(0, n).join('/');
    const at = await mountpointOf(parent);
    if (at === undefined) continue;
    return layout({ kind: 'zfs', dataset, mountpoint: join(checked(parent, at), ...parts.slice(n)), exists: false });
  }
  throw cannotCreate(dataset);
}

/** The words of contract 3.1 for a dataset that cannot be created. */
function cannotCreate(dataset: string): AppError {
  const [pool = '', ...rest] = dataset.split('/');
  return invalid(
    `Unable to create the zfs dataset ${rest.join('/')}. \nYou may want to check that the pool ${pool} exists.`,
  );
}

async function resolvePath(path: string): Promise<BuildArea> {
  const mountpoint = normalize(path).replace(/(.)\/+$/, '$1');
  // The original compares strings and turns checkpoints off for `/pool/area/` (contract 9, 8 and 16); a path is a path here.
  const exists = await stat(mountpoint).then(
    () => true,
    () => false,
  );
  const dataset = exists && zfsCommand() && mayBeZfs(mountpoint) ? await datasetMountedAt(mountpoint) : undefined;
  return layout(
    dataset ? { kind: 'zfs', dataset, mountpoint, exists: true } : { kind: 'directory', mountpoint, exists },
  );
}

function layout(area: { kind: BuildArea['kind']; dataset?: string; mountpoint: string; exists: boolean }): BuildArea {
  const buildData = join(area.mountpoint, 'build_data');
  return {
    ...area,
    buildData,
    pkgImage: join(buildData, 'pkg_image'),
    tmp: join(buildData, 'tmp'),
    bootArchive: join(buildData, 'boot_archive'),
    media: join(area.mountpoint, 'media'),
    logs: join(area.mountpoint, 'logs'),
    private: join(area.mountpoint, '.slipway'),
  };
}

/** Creates what is missing of the area, except the build data, which belongs to the snapshot backend (contract 3.2). */
export async function createArea(area: BuildArea): Promise<void> {
  if (area.kind === 'zfs' && area.dataset) {
    if (!area.exists) await createDataset(area.dataset);
    for (const child of ['media', 'logs'] as const)
      if (!isMountPoint(area[child])) await createChild(area.dataset, child);
  } else {
    await makeDirectory(area.mountpoint, `Unable to create the build area at ${area.mountpoint}`);
  }
  await makeDirectory(area.media);
  await makeDirectory(area.logs);
  await makeDirectory(area.private);
  // Somebody else may have made it all: said before a step runs, and before the lock.
  for (const folder of [area.media, area.logs, area.private])
    await access(folder, constants.W_OK).catch((error: unknown) => {
      throw invalid(`Unable to write to the build area at ${area.mountpoint}`, whatNext(error));
    });
}

/** Creates the three directories that steps expect in the build data. */
export async function createBuildDataFolders(area: BuildArea): Promise<void> {
  for (const folder of [area.pkgImage, area.tmp, area.bootArchive]) await makeDirectory(folder);
}

async function createDataset(dataset: string): Promise<void> {
  await exec([zfsCommand() ?? 'zfs', 'create', '-p', dataset], { errorCode: 'area' }).catch((error: unknown) => {
    throw new AppError('area', cannotCreate(dataset).message, error instanceof Error ? error.message : undefined);
  });
}

async function createChild(dataset: string, child: string): Promise<void> {
  const name = `${dataset}/${child}`;
  if ((await mountpointOf(name)) === undefined)
    await exec([zfsCommand() ?? 'zfs', 'create', '-p', name], { errorCode: 'area' });
}

async function makeDirectory(path: string, message = `Unable to create directory ${path}`): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 }).catch((error: unknown) => {
    throw invalid(message, whatNext(error));
  });
}

/** The system's words, and what to do about a place that is not ours. */
function whatNext(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isOthers = ['EACCES', 'EPERM', 'EROFS'].includes(code);
  return isOthers ? `${message}. Give the manifest a build_area of your own, or build as root.` : message;
}

/** The mountpoint of a dataset, or `undefined` when there is no such dataset. */
async function mountpointOf(dataset: string): Promise<string | undefined> {
  const argv = [zfsCommand() ?? 'zfs', 'list', '-H', '-o', 'mountpoint', dataset] as const;
  const { code, stdout } = await exec(argv, { okExitCodes: [0, 1], errorCode: 'area' });
  return code === 0 ? stdout.trim() : undefined;
}

const ZFS_MAGIC = 0x2fc12fc1;
const FUSE_MAGIC = 0x65735546;

/** Only what can be ZFS is asked about: a ZFS that is ill must not stop a build that has nothing to do with it. */
function mayBeZfs(path: string): boolean {
  return process.platform !== 'linux' || [ZFS_MAGIC, FUSE_MAGIC].includes(statfsSync(path).type);
}

async function datasetMountedAt(path: string): Promise<string | undefined> {
  const argv = [zfsCommand() ?? 'zfs', 'list', '-H', '-t', 'filesystem', '-o', 'name,mountpoint'] as const;
  const { code, stdout } = await exec(argv, { okExitCodes: [0, 1, 2], errorCode: 'area' });
  if (code !== 0) return undefined; // zfs is installed but not running: the path is a plain directory
  for (const line of stdout.split('\n')) {
    const [name, mountpoint] = line.split('\t');
    if (name && mountpoint === path) return name;
  }
  return undefined;
}

function checked(dataset: string, mountpoint: string): string {
  if (mountpoint.startsWith('/')) return mountpoint;
  throw invalid(
    `The dataset ${dataset} has the mountpoint "${mountpoint}", so it has no path to build in.`,
    `Give it one: zfs set mountpoint=/some/path ${dataset}`,
  );
}

/**
 * Refuses what ZFS would not take, before it gets near a command line (contract 9, 28), and a bare pool, on which the
 * original crashes (9, 50): rolling back or destroying children of a pool's root is never what a build means.
 */
function assertDatasetName(name: string): void {
  if (!name.includes('/'))
    throw invalid(
      `The build area ${name} is a pool, not a dataset in a pool.`,
      `Name a dataset in it as build_area, for example ${name}/build.`,
    );
  if (!/^[A-Za-z][A-Za-z0-9_.:-]*(\/[A-Za-z0-9][A-Za-z0-9_.:-]*)+$/.test(name) || name.length > 200)
    throw invalid(
      `The build area ${name} is not a ZFS dataset name.`,
      'Use letters, digits and _ . : - in each part, or a path that begins with a slash.',
    );
}
