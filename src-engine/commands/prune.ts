import type { PruneAnswer } from '../../src-shared/engine-answers/prune';
import { resolve } from 'node:path';
import { BASELINE, checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { AppError } from '../../src-shared/errors';
import { bytes, plural } from '../../src-shared/format';
import { removeOrphanedFiles } from '../area/checkpoint-records';
import { Freshness } from '../area/freshness';
import { areaIdentity } from '../area/identity';
import { assertNotHeld } from '../area/lock';
import { refuseForeignPlaces } from '../area/places';
import { refuseChangeable } from '../area/safe-place';
import { holdArea } from '../run/hold-area';
import type { Snapshot, SnapshotSize } from '../snapshots/backend';
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
    'Removes checkpoints that no step of the manifest owns, those taken after them, and damaged ones that no usable one follows. It lists them and removes nothing unless `--yes` is given.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const operand = positionals[0] ?? '';
  const isStaleToo = values.stale ?? false;
  const context = await openContext(operand);
  if (values.yes) assertNotHeld(context.area);
  const sizes: Sizes = new Map();
  // Measuring is slow on some file systems and needs no lock.
  const found = await measured(context, await choose(context, isStaleToo, values.from), sizes);
  const frees = await context.backend.freedBy?.(found.map(({ name }) => name));
  const { chosen, removed } =
    values.yes && context.area.exists
      ? await removeUnderLock(context, operand, sizes, (now) => choose(now, isStaleToo, values.from))
      : { chosen: found, removed: [] };
  if (values.json) {
    printAnswer<PruneAnswer>({ wouldRemove: chosen, ...(frees !== undefined && { frees }), removed });
    return 0;
  }
  if (chosen.length === 0) printLines([`Nothing to prune.${isStaleToo ? '' : await describeStale(context)}`]);
  for (const { name, reason, unique } of chosen)
    printLines([`${values.yes ? 'removed' : 'would remove'}  ${name}  ${bytes(unique)}  ${reason}`]);
  if (chosen.length > 0 && !values.yes)
    printLines([
      ...(frees === undefined ? [] : [`Removing them frees ${bytes(frees)}.`]),
      'Nothing was removed. Remove them with --yes.',
    ]);
  return 0;
}

/** A sentence about the checkpoints that only `--stale` removes, with a blank before it; empty without such. */
async function describeStale(context: AreaContext): Promise<string> {
  const names = (await choose(context, true, undefined, false)).map(({ snapshot }) => snapshot.name);
  if (names.length === 0) return '';
  return ` ${plural(names.length, 'checkpoint')} no longer fit${names.length === 1 ? 's' : ''} the manifest and would be removed with --stale: ${names.join(', ')}.`;
}

interface Chosen {
  readonly snapshot: Snapshot;
  readonly reason: string;
}

interface Measured extends SnapshotSize {
  readonly name: string;
  readonly reason: string;
}

/** Sizes by snapshot instance, because a new snapshot may get the same name. */
type Sizes = Map<string, SnapshotSize>;

async function measured({ backend }: AreaContext, chosen: readonly Chosen[], sizes: Sizes): Promise<Measured[]> {
  const all = [];
  for (const { snapshot, reason } of chosen) {
    const { name } = snapshot;
    const instance = JSON.stringify(snapshot);
    const size = sizes.get(instance) ?? (await backend.size(name));
    sizes.set(instance, size);
    all.push({ name, reason, ...size });
  }
  return all;
}

/** Chooses again under the lock, because a build that ended in the meantime may have made other checkpoints. */
async function removeUnderLock(
  before: AreaContext,
  operand: string,
  sizes: Sizes,
  select: (context: AreaContext) => Promise<Chosen[]>,
): Promise<{ readonly chosen: Measured[]; readonly removed: string[] }> {
  await refuseForeignPlaces(before.area);
  refuseChangeable(before.area);
  const lock = await holdArea(before.area, 'prune', resolve(before.file.path));
  try {
    const context = await openContext(operand);
    if (areaIdentity(context.area) !== areaIdentity(before.area))
      throw new AppError('conflict', 'The manifest names another build area now.', 'Run the command again.');
    const chosen = await measured(context, await select(context), sizes);
    return { chosen, removed: await remove(context, chosen) };
  } finally {
    lock.release();
  }
}

/**
 * The checkpoints to remove and the reasons, newest first, so that a failure leaves no gap before a later checkpoint.
 */
async function choose(
  context: AreaContext,
  stale: boolean,
  from: string | undefined,
  asksServers = true,
): Promise<Chosen[]> {
  const { file, area, snapshots } = context;
  const steps = file.manifest.steps;
  const first = from === undefined ? steps.length : stepNamed(context, from);
  const chosen: Chosen[] = [];
  const taken = steps.filter((step) => snapshots.some(({ name }) => name === checkpointName(step.name)));
  const asked = stale ? taken.map(({ index }) => index) : [];
  const freshness = await new Freshness(area, file, { asksServers }).of(asked);
  // A later checkpoint contains the result of the removed step. Without that step before it, it would count as a
  // checkpoint of the present steps (contract 2.5).
  let removed: string | undefined;
  // A damaged checkpoint is a gap when it is removed, and hides the usable ones after it (contract 2.4).
  const lastUsable = snapshots
    .map(({ name, damage }) => damage === undefined && stepOfSnapshot(name) !== undefined)
    .lastIndexOf(true);
  for (const [at, snapshot] of snapshots.entries()) {
    const { name, damage } = snapshot;
    const step = stepOfSnapshot(name);
    if (name === BASELINE || step === undefined) continue; // The baseline and snapshots of other programs are never pruned.
    const index = steps.findIndex((candidate) => checkpointName(candidate.name) === name);
    if (index < 0) {
      removed ??= step;
      chosen.push({ snapshot, reason: 'no step of the manifest has this name' });
    } else if (removed !== undefined)
      chosen.push({ snapshot, reason: `taken after ${removed}, which is no longer a step` });
    else if (index >= first) chosen.push({ snapshot, reason: `at or after ${from}` });
    else if (damage !== undefined && at > lastUsable) chosen.push({ snapshot, reason: `damaged: ${damage}` });
    else if (stale) {
      const found = freshness.get(index);
      if (found?.kind === 'stale') chosen.push({ snapshot, reason: `stale: ${found.reasons.join('; ')}` });
    }
  }
  return chosen.reverse();
}

async function remove({ area, backend }: AreaContext, chosen: readonly Measured[]): Promise<string[]> {
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
