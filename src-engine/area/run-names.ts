import { readdirSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
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
export function runNames(area: BuildArea): string[] {
  return inOrder(
    listLogs(area.logs).flatMap((file) =>
      file.endsWith(JOURNAL_SUFFIX) ? [file.slice(0, -JOURNAL_SUFFIX.length)] : [],
    ),
  );
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
