import type { PruneAnswer } from '../../src-shared/engine-answers/prune';
import { resolve } from 'node:path';
import { BASELINE, checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { AppError } from '../../src-shared/errors';
import { bytes } from '../../src-shared/format';
import { removeOrphanedFiles } from '../area/checkpoint-records';
import { Freshness } from '../area/freshness';
import { areaIdentity } from '../area/identity';
import { refuseForeignPlaces } from '../area/places';
import { holdArea } from '../run/hold-area';
import type { SnapshotSize } from '../snapshots/backend';
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
  const operand = positionals[0] ?? '';
  const select = (context: AreaContext): Promise<Chosen[]> => choose(context, values.stale ?? false, values.from);
  const context = await openContext(operand);
  const { chosen, removed } =
    values.yes && context.area.exists
      ? await removeUnderLock(context, operand, select)
      : { chosen: await withSizes(context, await select(context)), removed: [] };
  if (values.json) {
    printAnswer<PruneAnswer>({ wouldRemove: chosen, removed });
    return 0;
  }
  if (chosen.length === 0) printLines(['Nothing to prune.']);
  for (const { name, reason, unique } of chosen)
    printLines([`${values.yes ? 'removed' : 'would remove'}  ${name}  ${bytes(unique)}  ${reason}`]);
  if (chosen.length > 0 && !values.yes) printLines(['Nothing was removed. Say --yes to do it.']);
  return 0;
}

interface Chosen {
  readonly name: string;
  readonly reason: string;
}

interface Removal {
  readonly chosen: readonly (Chosen & SnapshotSize)[];
  readonly removed: readonly string[];
}

const withSizes = async (context: AreaContext, chosen: readonly Chosen[]): Promise<(Chosen & SnapshotSize)[]> => {
  const sized = [];
  for (const one of chosen) sized.push({ ...one, ...(await context.backend.size(one.name)) });
  return sized;
};

/** Decides after it has the lock: a build that ended meanwhile has made other checkpoints. */
async function removeUnderLock(
  before: AreaContext,
  operand: string,
  select: (context: AreaContext) => Promise<Chosen[]>,
): Promise<Removal> {
  await refuseForeignPlaces(before.area);
  const lock = await holdArea(before.area, 'prune', resolve(before.file.path));
  try {
    const context = await openContext(operand);
    if (areaIdentity(context.area) !== areaIdentity(before.area))
      throw new AppError('conflict', 'The manifest names another build area now.', 'Run the command again.');
    const chosen = await withSizes(context, await select(context));
    return { chosen, removed: await remove(context, chosen) };
  } finally {
    lock.release();
  }
}

/** What to remove and why, newest first, so that a failure leaves no gap before a later checkpoint. */
async function choose(context: AreaContext, stale: boolean, from: string | undefined): Promise<Chosen[]> {
  const { file, area, snapshots } = context;
  const steps = file.manifest.steps;
  const first = from === undefined ? steps.length : stepNamed(context, from);
  const chosen: Chosen[] = [];
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

async function remove({ area, backend }: AreaContext, chosen: readonly Chosen[]): Promise<string[]> {
  if (chosen.length === 0) return [];
  const removed: string[] = [];
  try {
    for (const { name } of chosen) {
      await backend.destroy(name);
      removed.push(name);
    }
  } finally {
    removeOrphanedFiles(
      area,
      (await backend.list()).map(({ name }) => name),
    );
  }
  return removed;
}
