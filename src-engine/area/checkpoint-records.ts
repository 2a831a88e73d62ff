import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stepExecution, type StepExecution } from '../../src-shared/checkpoints/execution';
import { checkpointKey } from '../../src-shared/checkpoints/fingerprint';
import { checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { listOf, nullable, number, object, text, type TypeOf } from '../../src-shared/shape';
import { folderInPlaceOf } from './places';
import { exists, readIfThereSync, writeFileAtomically } from '../system/files';
import { copyMode, fileMode } from '../system/modes';
import { shortHash } from '../system/short-hash';
import type { BuildArea } from './area';
import type { ManifestFile } from './manifest-file';

/** The form of a record. Version 1 did not record all inputs of steps. */
const VERSION = 2;

const checkpointRecord = object('CheckpointRecord', 'The data of a checkpoint besides its snapshot.', {
  version: number,
  step: text,
  run: text,
  line: text,
  parent: nullable(text),
  takenAt: number,
  history: nullable(listOf(stepExecution)),
  historyUnknown: nullable(text),
  key: nullable(text),
  stateFileTime: number,
});

/**
 * The data of a checkpoint besides its snapshot. It is kept in `<area>/.slipway/checkpoints/`, so that rollbacks do not
 * affect it.
 *
 * - `line`, `parent` the line of checkpoints it belongs to, and the checkpoint before it in that line
 * - `takenAt` seconds since the epoch
 * - `history` the executions of all steps before it, in order; `null` when they are not all known, and `historyUnknown`
 * is the reason
 * - `key` a hash of the key before it and the fingerprint of the step between; equal keys mean interchangeable trees;
 * `null`: unknown
 * - `stateFileTime` modification time of the state file written with it: another engine that takes the checkpoint again
 * changes it
 */
export type CheckpointRecord = TypeOf<typeof checkpointRecord>;

/** The record of a checkpoint, or a clause with the reason why there is none: "its record is damaged". */
export type RecordAnswer = { readonly record: CheckpointRecord } | { readonly unknown: string };

/** The executions before a checkpoint that is about to be taken, or the reason why they are unknown. */
export type TakenPast = { readonly history: readonly StepExecution[] } | { readonly unknown: string };

/** Where the files of checkpoints are: the build area, or the folder of a parked line. */
export type RecordPlace = Pick<BuildArea, 'mountpoint' | 'stateFolder'>;

const folder = (area: RecordPlace): string => join(area.stateFolder, 'checkpoints');

/** The record of a step's checkpoint. */
export const recordPath = (area: RecordPlace, step: string): string => join(folder(area), `${step}.json`);

/** The state file of a step: a copy of the manifest as it was when the checkpoint was taken (contract 2.1). */
export function stateFilePath(area: RecordPlace, step: string): string {
  return join(area.mountpoint, checkpointName(step));
}

/**
 * Writes the state file and the record of a checkpoint that is about to be taken. They are written BEFORE the snapshot:
 * the checkpoint exists when its snapshot does. A crash in between leaves two files that no command lists.
 *
 * @param manifest its content, and its permissions: the state file has no others
 * @param sync whether they must be on the disk when this returns, because the snapshot does not force them there
 */
export function writeCheckpointFiles(
  area: BuildArea,
  manifest: Pick<ManifestFile, 'bytes' | 'mode'>,
  record: Pick<CheckpointRecord, 'step' | 'run' | 'line' | 'parent' | 'takenAt'>,
  past: TakenPast,
  sync: boolean,
): void {
  const write = sync ? writeSyncedFile : writeAnew;
  const stateFileTime = write(stateFilePath(area, record.step), manifest.bytes, copyMode(manifest.mode));
  const history = 'history' in past ? past.history : null;
  const full: CheckpointRecord = {
    version: VERSION,
    ...record,
    history,
    historyUnknown: 'unknown' in past ? past.unknown : null,
    key: checkpointKey(history, shortHash),
    stateFileTime,
  };
  const path = recordPath(area, record.step);
  try {
    write(path, JSON.stringify(full));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(folder(area), { recursive: true });
    write(path, JSON.stringify(full));
  }
}

/** Returns the modification time. */
function writeSyncedFile(path: string, content: string | Uint8Array, mode = fileMode()): number {
  writeFileAtomically(path, content, mode);
  return statSync(path).mtimeMs;
}

/**
 * Returns the modification time. No command reads the file before its snapshot exists, so that a part of it may stand
 * there until then.
 */
function writeAnew(path: string, content: string | Uint8Array, mode = fileMode()): number {
  const file = openNew(path, mode);
  try {
    writeFileSync(file, content);
    return fstatSync(file).mtimeMs;
  } finally {
    closeSync(file);
  }
}

function openNew(path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    remove(path);
    return openSync(path, 'wx', mode);
  }
}

/** Removes what `writeCheckpointFiles` wrote for one step. */
export function removeCheckpointFiles(area: RecordPlace, step: string): void {
  remove(stateFilePath(area, step));
  remove(recordPath(area, step));
}

/**
 * Removes the files of every checkpoint whose snapshot is gone, also of steps that the manifest no longer has (contract 9, 19).
 */
export function removeOrphanedFiles(area: RecordPlace, snapshots: readonly string[]): void {
  const kept = new Set(snapshots.map(stepOfSnapshot));
  const isOrphan = (step: string | undefined): step is string => step !== undefined && !kept.has(step);
  for (const step of listFolder(area.mountpoint).map(stepOfSnapshot))
    if (isOrphan(step)) remove(stateFilePath(area, step));
  for (const name of listFolder(folder(area)))
    if (name.endsWith('.json') && isOrphan(name.slice(0, -5))) remove(join(folder(area), name));
}

/** Not `rmSync`, which reads a file's status twice more. On FUSE that takes longer than the removal. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ? folderInPlaceOf(path) : error;
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // not there yet: nothing to clean
  }
}

/** The record of a step's checkpoint, when it belongs to the existing snapshot. */
export function readCheckpointRecord(area: RecordPlace, step: string): RecordAnswer {
  const content = readRecordFile(recordPath(area, step));
  if (content === undefined)
    return { unknown: 'it has no record: another program took it, for example the original distro_const' };
  if (content === null) return { unknown: 'its record cannot be read' };
  const record = parsed(content);
  const version = versionOf(record);
  if (version === 1)
    return { unknown: 'its record is of an earlier version of Slipway, which did not record all inputs of steps' };
  if (version !== undefined && version > VERSION) return { unknown: 'its record is of a later version of Slipway' };
  if (!checkpointRecord.accepts(record) || record.step !== step) return { unknown: 'its record is damaged' };
  const stats = statSync(stateFilePath(area, step), { throwIfNoEntry: false });
  if (!stats) return { unknown: `its state file ${checkpointName(step)} is missing` };
  if (stats.mtimeMs !== record.stateFileTime)
    return { unknown: `another program has written its state file ${checkpointName(step)} since it was taken` };
  return { record };
}

/** `undefined` when there is none, `null` when it cannot be read. */
function readRecordFile(path: string): Buffer | undefined | null {
  try {
    return readIfThereSync(path);
  } catch {
    return null; // the caller reports the record as unreadable
  }
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined; // not JSON: the shape's check refuses it
  }
}

function versionOf(record: unknown): number | undefined {
  if (typeof record !== 'object' || record === null || !('version' in record)) return undefined;
  return number.accepts(record.version) ? record.version : undefined;
}

/** The manifest kept with a checkpoint, or `undefined` when the state file is missing. */
export function readStateFile(area: RecordPlace, step: string): Buffer | undefined {
  return readIfThereSync(stateFilePath(area, step));
}

/** Whether a step's checkpoint seems to exist: its state file does. Only the list of snapshots proves it. */
export const hasStateFile = (area: BuildArea, step: string): boolean => exists(stateFilePath(area, step));
