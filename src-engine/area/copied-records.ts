import { copyFileSync, linkSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exists, readIfThereSync } from '../system/files';
import { recordPath, stateFilePath, type RecordPlace } from './checkpoint-records';
import { lineResultPath } from './line-result';

/**
 * Gives another place the state file and the record of a checkpoint. No engine of ours writes them in place, so that
 * both places can share the files.
 */
export function copyCheckpointFiles(from: RecordPlace, to: RecordPlace, step: string): void {
  const state = [from, to].map((place) => stateFilePath(place, step)) as [string, string];
  const record = [from, to].map((place) => recordPath(place, step)) as [string, string];
  const shared = shareFile(...state);
  if (shared === 'missing' || shareFile(...record) === 'missing') return;
  if (shared === 'linked' || isSameTime(...state)) return;
  // The copy has another time, which the copy of the record has to name.
  const content = readIfThereSync(record[1])?.toString('utf8');
  if (content === undefined) return;
  const [before, after] = state.map((path) => statSync(path).mtimeMs);
  const parsed = readObject(content);
  if (parsed?.stateFileTime !== before) return;
  rmSync(record[1]);
  writeFileSync(record[1], JSON.stringify({ ...parsed, stateFileTime: after }));
}

/** Gives another place the result of a line. */
export function copyResult(from: RecordPlace, to: RecordPlace): void {
  shareFile(lineResultPath(from), lineResultPath(to));
}

/**
 * Links a file, or copies it where there are no links. Another file in its place is removed, also when there is none to
 * share. The link is tried first, because on FUSE each call takes long.
 */
function shareFile(from: string, to: string): 'linked' | 'copied' | 'missing' {
  if (isLinked(from, to)) return 'linked';
  rmSync(to, { force: true });
  if (!exists(from)) return 'missing';
  mkdirSync(dirname(to), { recursive: true });
  if (isLinked(from, to)) return 'linked';
  copyFileSync(from, to);
  return 'copied';
}

function isLinked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false; // something is in its place, a folder is missing, or there are no links
  }
}

function isSameTime(a: string, b: string): boolean {
  return statSync(a).mtimeMs === statSync(b).mtimeMs;
}

function readObject(content: string): { readonly stateFileTime?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // damaged, in both places
  }
}
