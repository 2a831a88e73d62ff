import { plural, roughDuration } from '../../../src-shared/format';
import type { Column } from '../../../src-shared/timeline/timeline';

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
