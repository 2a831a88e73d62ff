import { checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { removeOrphanedFiles } from '../area/checkpoint-records';
import { parkedLines, readLines, writeLines } from '../lines/line-file';
import { parkedPlace } from '../lines/parked-records';
import { withReserve } from '../run/space-reserve';
import type { AreaContext } from './context';

/** A checkpoint of a parked line that a prune chooses, or keeps because other lines have it too. */
export interface ParkedCheckpoint {
  readonly line: string;
  readonly snapshot: string;
  /** `LINE@STEP` */
  readonly name: string;
  /** The ids of the other lines that have it. Only one that no other line has is removed. */
  readonly lines: string[];
}

/**
 * The checkpoints at or after a step that parked lines have, newest first in each line. Those of pinned lines are not
 * chosen, and count as had by another line.
 */
export async function chooseParked(context: AreaContext, first: number): Promise<ParkedCheckpoint[]> {
  const { area, backend, file, snapshots } = context;
  const lines = readLines(area);
  const all = new Map([[lines.active, snapshots], ...(await backend.lines.list())]);
  const steps = new Set(file.manifest.steps.slice(first).map(({ name }) => checkpointName(name)));
  return parkedLines(lines)
    .filter(({ pinned }) => !pinned)
    .flatMap(({ id: line }) =>
      [...(all.get(line) ?? [])]
        .reverse()
        .filter(({ name }) => steps.has(name))
        .map((snapshot) => ({
          line,
          snapshot: snapshot.name,
          name: `${line}@${stepOfSnapshot(snapshot.name)}`,
          lines: [...all].flatMap(([other, own]) =>
            other !== line && own.some(({ id }) => id === snapshot.id) ? [other] : [],
          ),
        })),
    );
}

/** Removes chosen checkpoints from their lines, with their records. Returns their names. */
export async function removeParked(
  { area, backend }: AreaContext,
  chosen: readonly ParkedCheckpoint[],
): Promise<string[]> {
  for (const line of new Set(chosen.map((one) => one.line))) {
    const names = chosen.filter((one) => one.line === line).map(({ snapshot }) => snapshot);
    try {
      await withReserve(area, () => backend.lines.prune(line, names));
    } finally {
      const left = (await backend.lines.list()).get(line) ?? [];
      removeOrphanedFiles(
        parkedPlace(area, line),
        left.map(({ name }) => name),
      );
      // Commands that read a line meanwhile see that it has changed.
      await withReserve(area, () => {
        writeLines(area, readLines(area));
      });
    }
  }
  return chosen.map(({ name }) => name);
}
