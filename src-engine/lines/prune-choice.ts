import { dateTime, bytes } from '../../src-shared/format';
import { AppError } from '../../src-shared/errors';
import type { SnapshotBackend } from '../snapshots/backend';
import { byLastUse } from './by-last-use';
import { findLine } from './find-line';
import { parkedLines, type LineFile, type LineRecord } from './line-file';

/** Which parked lines a prune chooses. Pinned ones are chosen by name only. */
export interface PruneRules {
  /** Ids or names. */
  readonly line?: readonly string[] | undefined;
  /** Lines that were last used longer ago than this, in seconds. */
  readonly olderThan?: number | undefined;
  /** The number of lines to keep, from the latest used one on. */
  readonly keepLast?: number | undefined;
  /** The bytes that parked lines may have together; the oldest ones go first. */
  readonly toSize?: number | undefined;
}

/** A parked line to remove, and the reason as a clause. */
export interface ChosenLine {
  readonly line: LineRecord;
  readonly reason: string;
}

/** Chooses parked lines by rules. Nothing is changed. Throws `AppError` for a line that is missing or not parked. */
export async function chooseLines(
  lines: LineFile,
  backend: SnapshotBackend,
  rules: PruneRules,
  now = Date.now() / 1000,
): Promise<ChosenLine[]> {
  const chosen = new Map<string, ChosenLine>();
  const choose = (line: LineRecord, reason: string): void => {
    if (!chosen.has(line.id)) chosen.set(line.id, { line, reason });
  };
  for (const designator of rules.line ?? []) {
    const line = findLine(lines, designator);
    if (line.id === lines.active)
      throw new AppError(
        'refused',
        `${line.name} is the line of the build data.`,
        'Switch to another line first: distro_const switch MANIFEST LINE',
      );
    choose(line, 'named');
  }
  const latestFirst = parkedLines(lines)
    .filter(({ pinned }) => !pinned)
    .sort(byLastUse);
  const { olderThan, keepLast, toSize } = rules;
  if (olderThan !== undefined)
    for (const line of latestFirst)
      if (now - line.usedAt > olderThan) choose(line, `last used ${dateTime(new Date(line.usedAt * 1000))}`);
  if (keepLast !== undefined)
    for (const line of latestFirst.slice(keepLast)) choose(line, `not among the last ${keepLast}`);
  if (toSize !== undefined) await chooseToSize(lines, backend, latestFirst, toSize, choose, chosen);
  return [...chosen.values()];
}

/** Chooses the oldest lines until the others have at most this size. */
async function chooseToSize(
  lines: LineFile,
  backend: SnapshotBackend,
  latestFirst: readonly LineRecord[],
  limit: number,
  choose: (line: LineRecord, reason: string) => void,
  chosen: ReadonlyMap<string, ChosenLine>,
): Promise<void> {
  const all = parkedLines(lines).map(({ id }) => id);
  const total = await backend.lines.bytes(all);
  if (total === undefined)
    throw new AppError('unsupported', 'The size of lines cannot be determined here.', 'Name the lines: --line LINE');
  for (const line of [...latestFirst].reverse()) {
    const freed = (await backend.lines.bytes([...chosen.keys()])) ?? 0;
    if (total - freed <= limit) return;
    choose(line, `kept lines have more than ${bytes(limit)}`);
  }
}
