import type { PruneAnswer } from '../../src-shared/engine-answers/prune';
import { bytes, plural } from '../../src-shared/format';
import { assertNotHeld } from '../area/lock';
import { LineChanges } from '../lines/line-changes';
import { parkedLines, readLines } from '../lines/line-file';
import { chooseLines, type ChosenLine, type PruneRules } from '../lines/prune-choice';
import { openContext, type AreaContext } from './context';
import { printAnswer, printLines } from './print';
import { underLock } from './under-lock';

/** Which lines to remove, and how. */
export interface LinePrune extends PruneRules {
  readonly yes: boolean;
  readonly json: boolean;
}

/** Lists parked lines with the bytes that become free together, and removes them with `yes`. Returns the exit status. */
export async function pruneLines(operand: string, prune: LinePrune): Promise<number> {
  const before = await openContext(operand);
  if (prune.yes) assertNotHeld(before.area);
  const listed = await choose(before, prune);
  const isEmpty = listed.chosen.length === 0;
  const found = prune.yes && !isEmpty ? await underLock(before, operand, 'prune', (now) => remove(now, prune)) : listed;
  const rows = found.chosen.map(({ line: { id, name }, reason }) => ({ id, name, reason }));
  const removed = prune.yes ? rows.map(({ id }) => id) : [];
  if (prune.json) {
    const frees = found.freed === undefined ? {} : { frees: found.freed };
    printAnswer<PruneAnswer>({ wouldRemove: [], ...frees, removed: [], lines: rows, removedLines: removed });
    return 0;
  }
  if (isEmpty) printLines(['Nothing to prune.']);
  for (const { id, name, reason } of rows)
    printLines([`${prune.yes ? 'removed' : 'would remove'}  ${id}  ${name}  ${reason}`]);
  if (!isEmpty) printLines([`${prune.yes ? 'Freed' : 'That would free'} ${bytes(found.freed)}.`]);
  if (!isEmpty && !prune.yes) printLines([`Nothing was removed. Remove ${plural(rows.length, 'line')} with --yes.`]);
  return 0;
}

interface Chosen {
  readonly chosen: readonly ChosenLine[];
  /** Bytes that become free when all of them are removed. */
  readonly freed: number | undefined;
}

async function choose({ area, backend }: AreaContext, rules: PruneRules): Promise<Chosen> {
  const lines = readLines(area);
  if (parkedLines(lines).length === 0 && !rules.line) return { chosen: [], freed: 0 };
  const chosen = await chooseLines(lines, backend, rules);
  const present = await backend.lines.list();
  const ids = chosen.map(({ line }) => line.id).filter((id) => present.has(id));
  return { chosen, freed: await backend.lines.bytes(ids) };
}

/** Chooses again, because a build may have changed the lines in the meantime. */
async function remove(context: AreaContext, rules: PruneRules): Promise<Chosen> {
  const found = await choose(context, rules);
  await new LineChanges(context.area, context.backend).remove(found.chosen.map(({ line }) => line.id));
  return found;
}
