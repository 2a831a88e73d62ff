import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stepOfSnapshot } from '../../src-shared/checkpoints/model';
import type { BuildArea } from '../area/area';
import { removeOrphanedFiles, type RecordPlace } from '../area/checkpoint-records';
import { copyCheckpointFiles, copyResult } from '../area/copied-records';
import { readLineResult, removeLineResult } from '../area/line-result';
import { syncFolder } from '../system/durable';
import { exists, makeFolders, writeFileAtomically, writeUnsynced } from '../system/files';
import type { Snapshot } from '../snapshots/backend';
import { listOf, object, pairOf, text } from '../../src-shared/shape';
import { readJsonFile } from '../system/json-file';
import { linesFolder } from './line-file';

const identities = object('SnapshotIdentities', 'Names of snapshots, each with its GUID.', {
  guids: listOf(pairOf(text, text)),
});

/** Where the records of a parked line are. */
export function parkedPlace(area: BuildArea, line: string): RecordPlace {
  const folder = join(linesFolder(area), line);
  return { mountpoint: folder, stateFolder: folder };
}

/**
 * Keeps the records of the build data's line for the time when it is parked. Nothing happens when they are kept already.
 * Returns whether that line and the build data have the same records now.
 *
 * @param sync whether they must be on the disk when this returns
 */
export function keepRecords(area: BuildArea, line: string, snapshots: readonly Snapshot[], sync: boolean): boolean {
  const { mountpoint: folder } = parkedPlace(area, line);
  if (exists(folder)) return false;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  makeFolders(partial);
  const to = { mountpoint: partial, stateFolder: partial };
  for (const step of stepsIn(area)) copyCheckpointFiles(area, to, step);
  // A result that the original engine has made untrue is not kept.
  if ('history' in readLineResult(area, area)) copyResult(area, to);
  const guids = snapshots.flatMap(({ name, guid }) => (guid === undefined ? [] : [[name, guid] as const]));
  const write = sync ? writeFileAtomically : writeUnsynced;
  write(join(partial, 'guids.json'), JSON.stringify({ guids }));
  renameSync(partial, folder);
  if (sync) syncFolder(linesFolder(area));
  return true;
}

/**
 * Gives the build data the records of a parked line, which keeps them.
 *
 * @param snapshots the names of the build data's snapshots; only these get records
 * @param withResult whether the build data is the end of that line
 */
export function installRecords(area: BuildArea, line: string, snapshots: readonly string[], withResult: boolean): void {
  const from = parkedPlace(area, line);
  if (!exists(from.mountpoint)) return; // they are installed, and the line is not parked any more
  removeRecords(area);
  for (const step of stepsIn(from))
    if (snapshots.map(stepOfSnapshot).includes(step)) copyCheckpointFiles(from, area, step);
  if (withResult) copyResult(from, area);
}

/**
 * Leaves the build data the records of these snapshots, after a fork from the line that was just parked: both lines have
 * them.
 */
export function leaveRecords(area: BuildArea, snapshots: readonly string[]): void {
  removeLineResult(area);
  removeOrphanedFiles(area, snapshots);
}

/** Removes the records of the build data's line. */
export function removeRecords(area: BuildArea): void {
  leaveRecords(area, []);
}

/** Removes the folder of a line that is not parked any more. */
export function removeParkedRecords(area: BuildArea, line: string): void {
  const { mountpoint: folder } = parkedPlace(area, line);
  if (!exists(folder)) return;
  // Complete or gone: a part of it would be taken for the records of a parked line.
  const done = `${folder}.done`;
  rmSync(done, { recursive: true, force: true });
  renameSync(folder, done);
  syncFolder(linesFolder(area));
  rmSync(done, { recursive: true, force: true });
}

/** The snapshots of a parked line that are those it had when it was parked. Another one of the same name has no record. */
export function knownSnapshots(area: BuildArea, line: string, snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const found = readJsonFile(join(parkedPlace(area, line).mountpoint, 'guids.json'), identities);
  const guids = new Map(found.kind === 'read' ? found.value.guids : []);
  return snapshots.filter(({ name, guid }) => guid === undefined || guids.get(name) === guid);
}

function stepsIn({ mountpoint }: RecordPlace): string[] {
  return readdirSync(mountpoint).flatMap((name) => stepOfSnapshot(name) ?? []);
}
