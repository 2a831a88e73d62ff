import { readdirSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { putAwayLog } from '../../src-shared/runs/put-away';
import { systemError } from '../system/system-error';
import type { BuildArea } from './area';

/**
 * `run-STAMP-NUMBER`. NUMBER counts the runs of the area and has at least six digits, so that the order of runs does
 * not depend on the clock. In names of version 1 it counts the runs of one second and has fewer digits; those runs come
 * first, by their stamps.
 */
const RUN_NAME = /^run-(\d{4}(?:-\d\d){5})-(\d+)$/;
const JOURNAL_SUFFIX = '.jsonl';
const NUMBER_DIGITS = 6;

interface RunName {
  readonly name: string;
  readonly stamp: string;
  readonly number: number;
  readonly isCounted: boolean;
}

/** Names of an area's runs, oldest first; none when there is no area yet. Throws `AppError('area')` when its logs cannot be listed. */
export const runNames = (area: BuildArea): string[] => [...journalFiles(area).keys()];

/**
 * The files of an area's journals by the names of their runs, oldest first. A journal that another program has compressed or renamed
 * still counts, so that no name is given twice.
 *
 * Throws as `runNames` does.
 */
export function journalFiles(area: BuildArea): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const file of listLogs(area.logs)) {
    const putAway = putAwayLog(file);
    const log = putAway?.log ?? file;
    const name = log.slice(0, -JOURNAL_SUFFIX.length);
    if (log.endsWith(JOURNAL_SUFFIX) && !(putAway && files.has(name))) files.set(name, file);
  }
  return new Map(inOrder([...files.keys()]).map((name) => [name, files.get(name) ?? '']));
}

/** Names of runs, oldest first. Other names are dropped. */
export function inOrder(names: readonly string[]): string[] {
  return names
    .flatMap((name) => parse(name) ?? [])
    .sort(compare)
    .map(({ name }) => name);
}

/** The name of the next run, given the area's existing names. */
export function newRunName(names: readonly string[], stamp: string): string {
  const numbers = names.flatMap((name) => parse(name) ?? []).map(({ isCounted, number }) => (isCounted ? number : 0));
  const next = numbers.reduce((most, number) => Math.max(most, number), 0) + 1;
  return `run-${stamp}-${String(next).padStart(NUMBER_DIGITS, '0')}`;
}

function parse(name: string): RunName | undefined {
  const [, stamp, digits] = RUN_NAME.exec(name) ?? [];
  if (stamp === undefined || digits === undefined) return undefined;
  return { name, stamp, number: Number(digits), isCounted: digits.length >= NUMBER_DIGITS };
}

function compare(a: RunName, b: RunName): number {
  if (a.isCounted !== b.isCounted) return a.isCounted ? 1 : -1;
  if (!a.isCounted && a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  return a.number - b.number || (a.stamp < b.stamp ? -1 : 1);
}

function listLogs(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    const known = systemError(error);
    if (!known) throw error;
    throw new AppError('area', `The logs of the build area cannot be listed. ${known.message}`, known.hint);
  }
}
