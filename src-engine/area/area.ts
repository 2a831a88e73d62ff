import { accessSync, constants, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import {
  assertDatasetName,
  cannotCreate,
  checkedMountpoint,
  createChild,
  createDataset,
  datasetMountedAt,
  mayBeZfs,
  mountpointOf,
} from '../snapshots/zfs-datasets';
import { ownerOf } from '../system/accounts';
import { makeFolders } from '../system/files';
import { isMountPoint } from '../system/mounts';
import { quote } from '../system/shell-quote';
import { systemError } from '../system/system-error';
import { zfsCommand } from '../system/zfs-command';
import { refuseForeignPlaces, refuseUnmounted } from './places';

/** A build area as resolved from the manifest; nothing is created by resolving (contract 3.1). */
export interface BuildArea {
  /** The area's ZFS dataset; missing for a directory. */
  readonly dataset?: string;
  /** Absolute, without a trailing slash. For a dataset that does not exist yet it is the future mountpoint. */
  readonly mountpoint: string;
  readonly exists: boolean;
  readonly buildData: string;
  readonly pkgImage: string;
  readonly tmp: string;
  readonly bootArchive: string;
  readonly media: string;
  readonly logs: string;
  /**
   * The engine's own folder: the lock, the records of checkpoints, and the snapshots of backends that keep them as
   * files.
   */
  readonly stateFolder: string;
}

/** The mode of folders in the image does not depend on the caller's umask. */
const IMAGE_FOLDER_MODE = 0o755;

const invalid = (message: string, hint?: string): AppError => new AppError('area', message, hint);

/** Resolves the manifest's `build_area` (contract 3.1). Throws `AppError('area')` with the contract's messages. */
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
    return layout({ dataset, mountpoint: checkedMountpoint(dataset, mountpoint), exists: true });
  // The dataset does not exist yet: its mountpoint follows from the nearest existing ancestor.
  const parts = dataset.split('/');
  for (let n = parts.length - 1; n > 0; n--) {
    const parent = parts.slice(0, n).join('/');
    const at = await mountpointOf(parent);
    if (at === undefined) continue;
    return layout({
      dataset,
      mountpoint: join(checkedMountpoint(parent, at), ...parts.slice(n)),
      exists: false,
    });
  }
  throw cannotCreate(dataset);
}

async function resolvePath(path: string): Promise<BuildArea> {
  const mountpoint = normalize(path).replace(/(.)\/+$/, '$1');
  // The original compares strings and turns checkpoints off for `/pool/area/` (contract 9, 8 and 16). Here a path is
  // compared as a path.
  const exists = isThere(mountpoint);
  const dataset = exists && zfsCommand() && mayBeZfs(mountpoint) ? await datasetMountedAt(mountpoint) : undefined;
  return layout(dataset ? { dataset, mountpoint, exists: true } : { mountpoint, exists });
}

/** Throws `AppError` when the path cannot be read: an area with an I/O error is not an area without checkpoints. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const known = systemError(error);
    throw known ? invalid(`The build area cannot be read. ${known.message}`, known.hint) : error;
  }
}

function layout(area: { dataset?: string; mountpoint: string; exists: boolean }): BuildArea {
  const buildData = join(area.mountpoint, 'build_data');
  return {
    ...area,
    buildData,
    pkgImage: join(buildData, 'pkg_image'),
    tmp: join(buildData, 'tmp'),
    bootArchive: join(buildData, 'boot_archive'),
    media: join(area.mountpoint, 'media'),
    logs: join(area.mountpoint, 'logs'),
    stateFolder: join(area.mountpoint, '.slipway'),
  };
}

/**
 * Creates the missing parts of the area, except the build data, which belongs to the snapshot backend (contract 3.2).
 * Refuses links, files and foreign mounts in the places of its folders.
 */
export async function createArea(area: BuildArea): Promise<void> {
  if (area.dataset !== undefined) {
    if (!area.exists) await createDataset(area.dataset);
    await refuseUnmounted(area.dataset, area.mountpoint);
    await refuseForeignPlaces(area);
    for (const child of ['media', 'logs'] as const)
      if (!isMountPoint(area[child])) {
        await createChild(area.dataset, child);
        await refuseUnmounted(`${area.dataset}/${child}`, area[child]);
      }
  } else {
    makeDirectory(area.mountpoint, `Unable to create the build area at ${area.mountpoint}`);
    await refuseForeignPlaces(area);
  }
  for (const folder of [area.media, area.logs, area.stateFolder]) makeDirectory(folder);
  // Another account may own the folders. The refusal comes before the lock and before a step runs.
  for (const folder of [area.media, area.logs, area.stateFolder])
    orRefuse(`Unable to write to the build area at ${area.mountpoint}`, () => accessSync(folder, constants.W_OK), area);
}

/** Creates the three directories that steps expect in the build data. */
export function createBuildDataFolders(area: BuildArea): void {
  for (const folder of [area.pkgImage, area.tmp, area.bootArchive]) makeDirectory(folder, undefined, IMAGE_FOLDER_MODE);
}

function makeDirectory(path: string, message = `Unable to create directory ${path}`, mode?: number): void {
  orRefuse(message, () => makeFolders(path, mode));
}

/** Turns an error of the system into a refusal with this message. */
function orRefuse(message: string, action: () => void, area?: BuildArea): void {
  try {
    action();
  } catch (error) {
    throw invalid(message, nextStep(error, area));
  }
}

/** The reason of a failure and what to do about it. For a folder of another account it also names the alternatives. */
function nextStep(error: unknown, area: BuildArea | undefined): string {
  const known = systemError(error);
  if (!known) return reasonOf(error);
  const isOthers = ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
  if (!isOthers) return `${known.message} ${known.hint}`;
  return `${known.message} ${area ? ownerHint(area) : ''}Give the manifest a build_area of your own, or build as root.`;
}

/**
 * The owner of a folder in an existing area that this account cannot write to, and the command that gives the folder to
 * this account.
 */
function ownerHint({ mountpoint, media, logs, stateFolder }: BuildArea): string {
  const uid = process.getuid?.();
  const others = [mountpoint, media, logs, stateFolder].find((path) => statSync(path).uid !== uid);
  const owner = others === undefined ? undefined : ownerOf(others);
  if (uid === undefined || owner === undefined) return '';
  return `${owner} owns ${others}. If the area is to be yours, run as root: chown -R ${uid} -- ${quote(mountpoint)}\n`;
}
