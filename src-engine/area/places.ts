import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { AppError } from '../../src-shared/errors';
import { refuseMounts, refuseMountsIn } from '../snapshots/guard';
import { MountTable, type Mount } from '../system/mount-table';
import { quoteArgument } from '../../src-shared/shell-quote';

/** The folders of a build area, as absolute paths. */
interface AreaFolders {
  readonly dataset?: string;
  readonly mountpoint: string;
  readonly buildData: string;
  readonly media: string;
  readonly logs: string;
  readonly stateFolder: string;
}

/**
 * Refuses wrong file types in the places of the area's folders, before anything is created. The area itself may be a
 * symbolic link. Links inside it are not followed, because removals and rollbacks would act on their targets.
 */
export async function refuseForeignPlaces(area: AreaFolders): Promise<void> {
  refuseNonFolders([area.buildData, area.media, area.logs, area.stateFolder]);
  await refuseMountsIn(`Building in ${area.mountpoint}`, [area.stateFolder]);
}

/** Refuses folders in the places of the state files of steps, which a build replaces and never removes with their content. */
export function refuseNonFiles({ mountpoint }: AreaFolders): void {
  const found = readdirSync(mountpoint, { withFileTypes: true }).find(
    (entry) => stepOfSnapshot(entry.name) !== undefined && entry.isDirectory(),
  );
  if (found) throw folderInPlaceOf(join(mountpoint, found.name));
}

/** The refusal of a folder in the place of a file of the area. */
export function folderInPlaceOf(path: string): AppError {
  return new AppError(
    'area',
    `The build area needs a file at ${path}, and that is a folder.`,
    `Move it away, or remove it with its content: rm -rf -- ${quoteArgument(path)}`,
  );
}

/** Refuses an area that does not exist because it is, or is reached through, a link to what does not exist. */
export function refuseDanglingLink({ mountpoint }: AreaFolders): void {
  const link = danglingLinkIn(mountpoint);
  if (link === undefined) return;
  const what = link === mountpoint ? 'is' : `is below ${link},`;
  throw new AppError(
    'area',
    `The build area ${mountpoint} ${what} a symbolic link to ${readlinkSync(link)}, which does not exist.`,
    'Create the folder that it names, remove the link, or name another build_area.',
  );
}

/** The part of a path that is a link whose target does not exist. */
function danglingLinkIn(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return dirname(path) === path ? undefined : danglingLinkIn(dirname(path));
  return found.isSymbolicLink() && !statSync(path, { throwIfNoEntry: false }) ? path : undefined;
}

/**
 * Refuses an area whose build data or state folder is covered by a mount, or is a link: what is there now does not
 * belong to the build, so that no command may present it. Media and logs may be on other disks.
 */
export async function refuseCovered(area: AreaFolders): Promise<void> {
  refuseNonFolders([area.buildData, area.stateFolder]);
  const action = `Reading the build area ${area.mountpoint}`;
  const table = await MountTable.read();
  refuseMounts(action, area.stateFolder, [...table.inside(area.stateFolder), ...table.at(area.stateFolder)]);
  const covers = table.at(area.buildData).filter((mount) => !isDataset(mount, area.dataset));
  refuseMounts(action, area.buildData, covers);
}

/** Whether a mount is the whole dataset of the build data, and not a folder of it. */
function isDataset({ source, type, node }: Mount, areaDataset: string | undefined): boolean {
  const isWhole = node === undefined || node.root === '/';
  return areaDataset !== undefined && source === `${areaDataset}/build_data` && /^(fuse\.)?zfs$/.test(type) && isWhole;
}

function refuseNonFolders(paths: readonly string[]): void {
  for (const path of paths) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found || found.isDirectory()) continue;
    const what = found.isSymbolicLink() ? `a symbolic link to ${readlinkSync(path)}` : 'not a folder';
    throw new AppError(
      'area',
      `The build area needs a folder at ${path}, and that is ${what}.`,
      'Remove it or move it away. To keep media or logs on another disk, mount a folder of that disk there.',
    );
  }
}

/**
 * Refuses a dataset that exists and is not mounted in its place, because files written there would end up in the
 * dataset above.
 */
export async function refuseUnmounted(dataset: string, mountpoint: string): Promise<void> {
  const top = (await MountTable.read()).at(mountpoint)[0];
  if (top?.source === dataset) return;
  throw new AppError(
    'area',
    `The dataset ${dataset} is not mounted at ${mountpoint}${top ? `: ${top.source} is` : ''}.`,
    top ? 'Unmount that, or name another build_area.' : `Mount it: zfs mount ${quoteArgument(dataset)}`,
  );
}
