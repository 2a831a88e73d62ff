import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BASELINE, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { AppError } from '../../src-shared/errors';
import { escapeName } from '../../src-shared/name-escapes';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import { leftoversOf } from '../snapshots/tree-swap';
import { ifMissing, makeFolders, writeFileAtomically } from '../system/files';
import type { BuildArea } from './area';
import { runNames } from './run-names';

/** How many names of foreign files a refusal lists, and an answer has. */
const MAX_NAMES = 10;
const MAX_ANSWER_NAMES = 200;
/** The contents that the engine creates in the build data before the first step. */
const SKELETON = ['pkg_image', 'tmp', 'boot_archive'];

/** Where versions without a mark kept files that only builds make: the records, and the snapshots of stores. */
const FILES_OF_BUILDS = [
  { folder: 'checkpoints', name: /\.json$/ },
  { folder: 'snapshots', name: /^(?:parked-)?(?:index-|pack-)?\d{6}/ },
];

/** Beside the records: at the top of the state folder is only what the present build has there. */
const markPath = (area: BuildArea): string => join(area.stateFolder, 'checkpoints', 'area');

/**
 * Refuses an area with files that a build would delete and that neither Slipway nor the original distro_const made.
 * Throws `AppError('area')` with a list of them. Nothing is created or changed.
 *
 * The area is ours when it has the mark, records or snapshots of version 1 in `.slipway`, or, on ZFS, the snapshots `empty` and
 * `.step_*`.
 */
export async function refuseForeignContent(area: BuildArea, backend: SnapshotBackend): Promise<void> {
  const foreign = await findForeignContent(area, () => backend.list());
  if (foreign.length === 0) return;
  const names = foreign.slice(0, MAX_NAMES).map(escapeName);
  const more = foreign.length > names.length ? ` and ${foreign.length - names.length} more` : '';
  const found = `${names.join(', ')}${more}. Nothing was changed.`;
  if (hasLostRecords(area))
    throw new AppError(
      'area',
      `The build area ${area.mountpoint} has logs of Slipway, but the records in ${area.stateFolder} are gone. A build would delete files that may come from earlier builds or from you: ${found}`,
      'Put the records back, if you have moved them. If all of the files come from builds: distro_const build --adopt MANIFEST. Otherwise name another build_area, or move your files away.',
    );
  throw new AppError(
    'area',
    `The build area ${area.mountpoint} was not made by Slipway or distro_const, and the build would delete what is there: ${found}`,
    'Name another build_area, or move the files away. To let the build delete them: distro_const build --adopt MANIFEST',
  );
}

/** Whether an area without a mark had builds of Slipway: a user may have deleted the records and kept the logs. */
const hasLostRecords = (area: BuildArea): boolean => runNames(area).length > 0;

/** The same files for an answer: their number and the first names; `undefined` when a build would not refuse the area. */
export async function describeForeignContent(
  area: BuildArea,
  snapshots: readonly Snapshot[],
): Promise<{ readonly count: number; readonly names: string[]; readonly hasLostRecords: boolean } | undefined> {
  const foreign = await findForeignContent(area, () => Promise.resolve(snapshots));
  if (foreign.length === 0) return undefined;
  const names = foreign.slice(0, MAX_ANSWER_NAMES).map(escapeName);
  return { count: foreign.length, names, hasLostRecords: hasLostRecords(area) };
}

/** The files that the first build would delete, as paths in the area; empty when the area is ours. */
async function findForeignContent(
  area: BuildArea,
  listSnapshots: () => Promise<readonly Snapshot[]>,
): Promise<string[]> {
  if (!area.exists || isMarked(area)) return [];
  const foreign = foreignContent(area);
  if (foreign.length === 0 || area.dataset === undefined) return foreign;
  const isOurs = (await listSnapshots()).some(({ name }) => name === BASELINE || stepOfSnapshot(name) !== undefined);
  return isOurs ? [] : foreign;
}

/** Marks an area as made or taken over by Slipway. The caller holds its lock. Throws the system's error. */
export function markArea(area: BuildArea): void {
  if (hasMark(area)) return;
  makeFolders(dirname(markPath(area)));
  writeFileAtomically(
    markPath(area),
    `${JSON.stringify({ madeBy: 'slipway', since: Math.floor(Date.now() / 1000) })}\n`,
  );
}

const hasMark = (area: BuildArea): boolean => entryAt(markPath(area))?.isFile() === true;

/** Folders without content are no mark: any program may make them, and a build deletes what is beside them. */
function isMarked(area: BuildArea): boolean {
  return (
    hasMark(area) ||
    FILES_OF_BUILDS.some(({ folder, name }) => namesInOwn(area, folder).some((entry) => name.test(entry)))
  );
}

/** The names in a folder of the state folder, without following a link in its place. */
function namesInOwn(area: BuildArea, folder: string): string[] {
  const path = join(area.stateFolder, folder);
  return entryAt(path)?.isDirectory() === true ? namesIn(path) : [];
}

/** `undefined` also for a path below a file, which the build removes before it writes there. */
function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    return ifMissing(error);
  }
}

function foreignContent(area: BuildArea): string[] {
  const beside = namesIn(area.mountpoint).filter((name) => stepOfSnapshot(name) !== undefined);
  return [
    ...namesIn(area.buildData)
      .filter((name) => !isEmptySkeleton(area, name))
      .map((name) => `${basename(area.buildData)}/${name}`),
    ...(['new', 'old'] as const).flatMap((kind) => leftoversOf(area.buildData, kind)).map((path) => basename(path)),
    ...beside,
  ];
}

function isEmptySkeleton(area: BuildArea, name: string): boolean {
  const path = join(area.buildData, name);
  return SKELETON.includes(name) && lstatSync(path).isDirectory() && namesIn(path).length === 0;
}

function namesIn(folder: string): string[] {
  try {
    // One character per byte, as `escapeName` expects.
    return readdirSync(folder, { encoding: 'latin1' }).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
