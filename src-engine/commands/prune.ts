import type { PruneAnswer } from '../../src-shared/engine-answers/prune';
import { resolve } from 'node:path';
import { BASELINE, checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { bytes } from '../../src-shared/format';
import { removeOrphanedFiles } from '../area/checkpoint-records';
import { acquireLock } from '../area/lock';
import { Freshness } from '../area/freshness';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { openContext, stepNamed, type AreaContext } from './context';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  stale: { type: 'boolean', description: 'also those that no longer fit the manifest' },
  from: { type: 'string', value: 'STEP', description: 'also that of STEP and all later ones' },
  yes: { type: 'boolean', description: 'remove them' },
  json: JSON_OPTION,
} as const satisfies OptionTable;

export const pruneCommand = defineCommand({
  name: 'prune',
  summary: 'removes checkpoints; lists them without --yes',
  usage: ['[--stale] [--from STEP] [--yes] [--json] MANIFEST'],
  description: [
    'Removes checkpoints that no step of the manifest owns, and those taken after them. It lists them and removes nothing unless `--yes` is given.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const context = await openContext(positionals[0] ?? '');
  const chosen = await choose(context, values.stale ?? false, values.from);
  const sized = [];
  for (const { name, reason } of chosen) sized.push({ name, reason, ...(await context.backend.size(name)) });
  const removed = values.yes
    ? await remove(
        context,
        chosen.map(({ name }) => name),
      )
    : [];
  if (values.json) {
    printAnswer<PruneAnswer>({ wouldRemove: sized, removed });
    return 0;
  }
  if (sized.length === 0) printLines(['Nothing to prune.']);
  for (const { name, reason, unique } of sized)
    printLines([`${values.yes ? 'removed' : 'would remove'}  ${name}  ${bytes(unique)}  ${reason}`]);
  if (sized.length > 0 && !values.yes) printLines(['Nothing was removed. Say --yes to do it.']);
  return 0;
}

/** What to remove and why, newest first, so that a failure leaves no gap before a later checkpoint. */
async function choose(
  context: AreaContext,
  stale: boolean,
  from: string | undefined,
): Promise<{ name: string; reason: string }[]> {
  const { file, area, snapshots } = context;
  const steps = file.manifest.steps;
  const first = from === undefined ? steps.length : stepNamed(context, from);
  const chosen: { name: string; reason: string }[] = [];
  const taken = steps.filter((step) => snapshots.some(({ name }) => name === checkpointName(step.name)));
  const asked = stale ? taken.map(({ index }) => index) : [];
  const freshness = await new Freshness(area, file, { asksServers: true }).of(asked);
  // A later checkpoint holds what the removed step made. Alone, it would pass for one of the present steps (contract 2.5).
  let removed: string | undefined;
  for (const { name } of snapshots) {
    const step = stepOfSnapshot(name);
    if (name === BASELINE || step === undefined) continue; // the baseline and other people's snapshots are not ours to prune
    const index = steps.findIndex((candidate) => checkpointName(candidate.name) === name);
    if (index < 0) {
      removed ??= step;
      chosen.push({ name, reason: 'no step of the manifest has this name' });
    } else if (removed !== undefined)
      chosen.push({ name, reason: `taken after ${removed}, which is not a step any more` });
    else if (index >= first) chosen.push({ name, reason: `at or after ${from}` });
    else if (stale) {
      const found = freshness.get(index);
      if (found?.kind === 'stale') chosen.push({ name, reason: `stale: ${found.reasons.join('; ')}` });
    }
  }
  return chosen.reverse();
}

async function remove(context: AreaContext, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const { area, backend, file } = context;
  const lock = acquireLock(area, resolve(file.path));
  const removed: string[] = [];
  try {
    for (const name of names) {
      await backend.destroy(name);
      removed.push(name);
    }
  } finally {
    removeOrphanedFiles(
      area,
      (await backend.list()).map(({ name }) => name),
    );
    lock.release();
  }
  return removed;
}
