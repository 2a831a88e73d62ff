import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import type { StepExecution } from '../../src-shared/checkpoints/execution';
import { readIfThere, writeFileAtomically } from '../system/files';
import type { BuildArea } from './area';

/** What is known of a checkpoint beside its snapshot: kept in `<area>/.slipway/checkpoints/`, so rollbacks do not touch it. */
export interface CheckpointRecord {
  readonly version: 1;
  readonly step: string;
  readonly run: string;
  /** The line of checkpoints it belongs to, and the checkpoint before it in that line. */
  readonly line: string;
  readonly parent: string | null;
  /** Seconds since the epoch. */
  readonly takenAt: number;
  /** The executions of all steps before it, in order; `null` when the build resumed from a checkpoint without a record. */
  readonly history: readonly StepExecution[] | null;
  /** Modification time of the state file written with it: another engine that takes the checkpoint anew changes that. */
  readonly stateFileTime: number;
}

const folder = (area: BuildArea): string => join(area.private, 'checkpoints');
const recordPath = (area: BuildArea, step: string): string => join(folder(area), `${step}.json`);

/** The state file of a step: a copy of the manifest as it was when the checkpoint was taken (contract 2.1). */
export function stateFilePath(area: BuildArea, step: string): string {
  return join(area.mountpoint, checkpointName(step));
}

/**
 * Writes the state file and the record of a checkpoint that is about to be taken. They come BEFORE the snapshot, whose
 * existence is what makes the checkpoint: a crash in between leaves two files that nobody counts.
 */
export function writeCheckpointFiles(
  area: BuildArea,
  manifest: Uint8Array,
  record: Omit<CheckpointRecord, 'version' | 'stateFileTime'>,
): void {
  const stateFile = stateFilePath(area, record.step);
  writeFileAtomically(stateFile, manifest);
  mkdirSync(folder(area), { recursive: true });
  const full: CheckpointRecord = { version: 1, ...record, stateFileTime: statSync(stateFile).mtimeMs };
  writeFileAtomically(recordPath(area, record.step), JSON.stringify(full));
}

/** Removes what `writeCheckpointFiles` wrote for one step. */
export function removeCheckpointFiles(area: BuildArea, step: string): void {
  rmSync(stateFilePath(area, step), { force: true });
  rmSync(recordPath(area, step), { force: true });
}

/**
 * Removes the files of every checkpoint whose snapshot is gone, also of steps that the manifest no longer has (contract 9, 19).
 */
export function removeOrphanedFiles(area: BuildArea, snapshots: readonly string[]): void {
  const kept = new Set(snapshots.map(stepOfSnapshot));
  const names = [
    ...listFolder(area.mountpoint).map(stepOfSnapshot),
    ...listFolder(folder(area)).map((name) => (name.endsWith('.json') ? name.slice(0, -5) : undefined)),
  ];
  for (const step of names) if (step !== undefined && !kept.has(step)) removeCheckpointFiles(area, step);
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // not there yet: nothing to clean
  }
}

/** The record of a step's checkpoint, or `undefined` when there is none that can be believed. */
export async function readCheckpointRecord(area: BuildArea, step: string): Promise<CheckpointRecord | undefined> {
  const text = await readIfThere(recordPath(area, step));
  if (!text) return undefined;
  try {
    const record = JSON.parse(text.toString('utf8')) as CheckpointRecord;
    const current = statSync(stateFilePath(area, step)).mtimeMs;
    return record.version === 1 && record.step === step && record.stateFileTime === current ? record : undefined;
  } catch {
    return undefined; // damaged, or its state file is gone: the snapshot is still good, but nothing is known of it
  }
}

/** The manifest kept with a checkpoint, or `undefined` when the state file is missing. */
export function readStateFile(area: BuildArea, step: string): Promise<Buffer | undefined> {
  return readIfThere(stateFilePath(area, step));
}
