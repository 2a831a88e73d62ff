import type { BuildStep } from '../../../src-shared/checkpoints/model';

const FLAG = 10;
const NAME = 15;

/**
 * The steps that the table of `distro_const build -l` marks as resumable (contract 1.6), by their names: a name is padded to fifteen
 * characters and never cut, the mark is in the ten behind it.
 */
export function resumableSteps(table: string, steps: readonly BuildStep[]): ReadonlySet<string> {
  const rows = table.split('\n');
  const head = rows.findIndex((row) => /^-{14} -{9} -{13}/.test(row));
  const marked = new Set<string>();
  for (const [at, { name }] of steps.entries()) {
    const row = rows[head + 1 + at] ?? '';
    const start = Math.max(NAME, name.length);
    if (head >= 0 && row.startsWith(name) && row.slice(start, start + FLAG).includes('X')) marked.add(name);
  }
  return marked;
}
