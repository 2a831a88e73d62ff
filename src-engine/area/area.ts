import { statSync, type Stats } from 'node:fs';
import { join, normalize } from 'node:path';
import { AppError } from '../../src-shared/errors';
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
import { makeFolders } from '../system/files';
import { isMountPoint } from '../system/mounts';
import { zfsCommand } from '../system/zfs-command';
import { assertFoldersWritable, orRefuse, unreadable } from './area-writes';
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

/**
 * Throws `AppError` when the path cannot be read, because an area with an I/O error is not an area without checkpoints,
 * and for a file in its place.
 */
function isThere(path: string): boolean {
  let found: Stats | undefined;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unreadable(error);
  }
  if (found && !found.isDirectory())
    throw invalid(`The build area ${path} is not a folder.`, 'Name another build_area, or move it away.');
  return found !== undefined;
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
  // The refusal comes before the lock and before a step runs.
  assertFoldersWritable(area);
}

/** Creates the three directories that steps expect in the build data. */
export function createBuildDataFolders(area: BuildArea): void {
  for (const folder of [area.pkgImage, area.tmp, area.bootArchive]) makeDirectory(folder, undefined, IMAGE_FOLDER_MODE);
}

function makeDirectory(path: string, message = `Unable to create directory ${path}`, mode?: number): void {
  orRefuse(message, () => makeFolders(path, mode));
}
