import type { BuildArea } from '../area/area';
import { readLineResult } from '../area/line-result';
import { freeName, parkedLines, readLines, writeLines } from './line-file';
import { parkedPlace } from './parked-records';

/** Whether the build data is on the line of another variant than this one; without a variant: on the line of any. */
export function isOfOther(area: BuildArea, variant: string | undefined): boolean {
  const { lines, active } = readLines(area);
  return lines.find(({ id }) => id === active)?.variant !== variant;
}

/** Gives the line of the build data to a variant, with its name. The caller holds the lock, and nothing was built on it. */
export function takeLine(area: BuildArea, variant: string): void {
  const file = readLines(area);
  const active = file.lines.find(({ id }) => id === file.active);
  if (!active || active.variant === variant) return;
  const name = freeName({ ...file, lines: file.lines.filter((line) => line !== active) }, variant);
  const lines = file.lines.map((line) => (line === active ? { ...line, name, variant } : line));
  writeLines(area, { ...file, lines });
}

/**
 * The parked lines of a variant that its present line replaces: without those that are pinned. After a build that did
 * not finish, the ones with a finished image stay.
 */
export function replacedLines(area: BuildArea, variant: string, isFinished: boolean): string[] {
  return parkedLines(readLines(area))
    .filter((line) => line.variant === variant && !line.pinned)
    .filter(({ id }) => isFinished || 'unknown' in readLineResult(parkedPlace(area, id)))
    .map(({ id }) => id);
}

/** Gives the line of the build data the plain name of its variant, where no other line has it. */
export function nameAfterVariant(area: BuildArea): void {
  const file = readLines(area);
  const active = file.lines.find(({ id }) => id === file.active);
  const name = active?.variant;
  if (!active || name === undefined || !active.name.startsWith(`${name} (`)) return;
  if (file.lines.some((line) => line.name === name)) return;
  writeLines(area, { ...file, lines: file.lines.map((line) => (line === active ? { ...line, name } : line)) });
}
