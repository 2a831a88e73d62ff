import { bytes, plural, roughDuration } from '../../../src-shared/format';
import type { Column } from '../../../src-shared/timeline/timeline';

/** What a build from a step keeps of the present state, and what becomes of the rest. */
interface Fate {
  readonly columns: readonly { readonly step: string; readonly snapshot: object | null }[];
  /** `null`: from the beginning. */
  readonly step: string | null;
  /** The line that keeps the present state; `undefined`: it is discarded. */
  readonly line: string | undefined;
  /** What all checkpoints use, where it is known. */
  readonly usedBytes?: number | undefined;
}

/** A sentence about what a build keeps and discards; `undefined` while there are no checkpoints. */
export function fateText({ columns, step, line, usedBytes }: Fate): string | undefined {
  if (columns.every(({ snapshot }) => snapshot === null)) return undefined;
  const from =
    step === null
      ? 0
      : Math.max(
          0,
          columns.findIndex((column) => column.step === step),
        );
  const kept = from === 0 ? 'Keeps nothing' : `Keeps ${plural(from, 'step')}`;
  // The checkpoint before the first step is empty.
  const later = columns.slice(from + 1).filter(({ snapshot }) => snapshot !== null).length;
  if (line !== undefined) return `${kept}. The current state is parked as line “${line}”.`;
  if (later === 0) return `${kept}.`;
  const size = from === 0 && usedBytes !== undefined ? ` (${bytes(usedBytes)})` : '';
  return `${kept}, discards ${plural(later, 'checkpoint')}${size}.`;
}

/** What a build from a step to the end runs: `3 steps, about 30 s`. Without the time while a step has never been done. */
export function costFrom(columns: readonly Pick<Column, 'step' | 'expectedSeconds'>[], step: string | null): string {
  const from = step === null ? 0 : columns.findIndex((column) => column.step === step);
  const runs = columns.slice(Math.max(0, from));
  const seconds = runs.map(({ expectedSeconds }) => expectedSeconds);
  const time = seconds.every((one) => one !== null)
    ? `, about ${roughDuration(seconds.reduce((sum, one) => sum + one, 0))}`
    : '';
  return `${plural(runs.length, 'step')}${time}`;
}
