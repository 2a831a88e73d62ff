import type { PruneAnswer } from '../../src-shared/engine-answers/prune';
import { BASELINE, checkpointName, stepOfSnapshot } from '../../src-shared/checkpoints/model';
import { AppError } from '../../src-shared/errors';
import { bytes, plural } from '../../src-shared/format';
import { removeOrphanedFiles } from '../area/checkpoint-records';
import { Freshness } from '../area/freshness';
import { assertNotHeld } from '../area/lock';
import { parkedLines, readLines } from '../lines/line-file';
import type { PruneRules } from '../lines/prune-choice';
import type { Snapshot, SnapshotSize } from '../snapshots/backend';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { openContext, stepNamed, type AreaContext } from './context';
import { parseAge, parseCount, parseSize } from './durations';
import { printAnswer, printLines } from './print';
import { pruneLines } from './prune-lines';
import { prunePackages } from './prune-packages';
import { chooseParked, removeParked, type ParkedCheckpoint } from './prune-parked';
import { underLock } from './under-lock';

const OPTIONS = {
  stale: { type: 'boolean', description: 'also those that no longer fit the manifest' },
  from: { type: 'string', value: 'STEP', description: 'also that of STEP and all later ones' },
  'all-lines': { type: 'boolean', description: 'with --from: also those of kept lines that no other line has' },
  packages: { type: 'boolean', description: 'stored package files that no lock needs, instead of checkpoints' },
  line: { type: 'string', value: 'LINE', description: 'a kept line, with all that only it has' },
  'older-than': { type: 'string', value: 'AGE', description: 'kept lines last used longer ago, for example 30d' },
  'keep-last': { type: 'string', value: 'N', description: 'kept lines but the N last used ones' },
  'to-size': {
    type: 'string',
    value: 'BYTES',
    description: 'the oldest kept lines, until the others have at most BYTES, for example 40G',
  },
  yes: { type: 'boolean', description: 'remove them' },
  json: JSON_OPTION,
} as const satisfies OptionTable;

export const pruneCommand = defineCommand({
  name: 'prune',
  summary: 'removes checkpoints; lists them without --yes',
  usage: [
    '[--stale] [--from STEP [--all-lines]] [--yes] [--json] MANIFEST',
    '[--line LINE] [--older-than AGE] [--keep-last N] [--to-size BYTES] [--yes] [--json] MANIFEST',
    '--packages [--older-than AGE] [--keep-last N] [--to-size BYTES] [--yes] [--json] MANIFEST',
  ],
  description: [
    'Removes checkpoints that no step of the manifest owns, those taken after them, and damaged ones that no usable one follows. It lists them and removes nothing unless `--yes` is given.',
    'The second form removes lines that `build --fork` has kept, each with its last tree, its images and the checkpoints that no other line has. Pinned lines are removed only by name.',
    'The third form removes files of packages that `lock` and builds have stored for this account. Those of present locks stay, of all manifests. The options then choose among earlier locks by their last use; without one, the files of all earlier locks are removed.',
    'A checkpoint that a kept line has too stays until that line is removed. With `--all-lines` the checkpoints of kept lines from STEP on are removed as well, as LINE@STEP, unless another line has them; the last trees and the images of these lines stay. Pinned lines keep all of theirs.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const operand = positionals[0] ?? '';
  const isStaleToo = values.stale ?? false;
  const isAcross = values['all-lines'] ?? false;
  const output = { yes: values.yes ?? false, json: values.json ?? false };
  if (values.packages) {
    if (isStaleToo || isAcross || values.from !== undefined || values.line !== undefined)
      throw new AppError('usage', '--packages cannot be combined with options for checkpoints or a line.');
    return prunePackages(operand, { ...useRules(values), ...output });
  }
  const rules = lineRules(values);
  if (rules) return pruneLines(operand, { ...rules, ...output });
  if (isAcross && values.from === undefined) throw new AppError('usage', '--all-lines needs --from STEP.');
  const context = await openContext(operand);
  if (values.yes) assertNotHeld(context.area);
  const sizes: Sizes = new Map();
  // Measuring is slow on some file systems and needs no lock.
  const select = async (now: AreaContext) => ({
    ...(await withoutShared(now, await choose(now, isStaleToo, values.from))),
    parked: isAcross ? await chooseParked(now, stepNamed(now, values.from ?? '')) : [],
  });
  const found = await select(context);
  // Of checkpoints of other lines it is not known.
  const isMeasured = found.parked.every(({ lines }) => lines.length > 0);
  const names = found.chosen.map(({ snapshot }) => snapshot.name);
  const frees = isMeasured ? await context.backend.freedBy?.(names) : undefined;
  const listed = { ...found, chosen: await measured(context, found.chosen, sizes), removed: [] };
  const pruned: Pruned =
    values.yes && context.area.exists
      ? await underLock(context, operand, 'prune', async (now) => {
          const again = await select(now);
          const all = await measured(now, again.chosen, sizes);
          const own = again.parked.filter(({ lines }) => lines.length === 0);
          // Those of parked lines first: they may depend on the others.
          const removed = [...(await removeParked(now, own)), ...(await remove(now, all))];
          return { ...again, chosen: all, removed };
        })
      : listed;
  const { removed } = pruned;
  const [chosen, kept] = withParked(pruned, values.from);
  if (values.json) {
    printAnswer<PruneAnswer>({
      wouldRemove: chosen,
      ...(frees !== undefined && { frees }),
      removed: [...removed],
      ...(kept.length > 0 && { kept }),
    });
    return 0;
  }
  for (const { name, lines } of kept)
    printLines([`kept  ${name}  also of ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`]);
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

interface Pruned {
  readonly chosen: readonly Measured[];
  readonly removed: readonly string[];
  readonly kept: readonly Kept[];
  readonly parked: readonly ParkedCheckpoint[];
}

/** All checkpoints to remove, and all that stay because other lines have them. */
function withParked({ chosen, kept, parked }: Pruned, from: string | undefined): [Measured[], Kept[]] {
  const size = { referenced: undefined, unique: undefined };
  const own = parked.filter(({ lines }) => lines.length === 0);
  return [
    [...chosen, ...own.map(({ name }) => ({ name, reason: `at or after ${from}`, ...size }))],
    [...kept, ...parked.filter(({ lines }) => lines.length > 0)].map(({ name, lines }) => ({ name, lines })),
  ];
}

interface Kept {
  readonly name: string;
  /** The ids of the lines that have it too. */
  readonly lines: string[];
}

/** Separates the checkpoints that parked lines have too: they stay until these lines are removed. */
async function withoutShared(
  { area, backend }: AreaContext,
  chosen: readonly Chosen[],
): Promise<{ readonly chosen: readonly Chosen[]; readonly kept: readonly Kept[] }> {
  if (chosen.length === 0 || parkedLines(readLines(area)).length === 0) return { chosen, kept: [] };
  const parked = [...(await backend.lines.list())];
  const linesWith = ({ name, id }: Snapshot): string[] =>
    parked.filter(([, all]) => all.some((one) => one.name === name && one.id === id)).map(([line]) => line);
  const kept = chosen
    .map(({ snapshot }) => ({ name: snapshot.name, lines: linesWith(snapshot) }))
    .filter(({ lines }) => lines.length > 0);
  return { chosen: chosen.filter(({ snapshot }) => linesWith(snapshot).length === 0), kept };
}

/** The rules by age, number and size. */
function useRules(values: Parsed<typeof OPTIONS>['values']) {
  return {
    olderThan: parseAge('older-than', values['older-than']),
    keepLast: parseCount('keep-last', values['keep-last']),
    toSize: parseSize('to-size', values['to-size']),
  };
}

/** The rules for lines; `undefined` when no option chooses lines. */
function lineRules(values: Parsed<typeof OPTIONS>['values']): PruneRules | undefined {
  const { line, stale, from, 'all-lines': across } = values;
  const rules: PruneRules = {
    line: line === undefined ? undefined : [line],
    ...useRules(values),
  };
  if (Object.values(rules).every((rule) => rule === undefined)) return undefined;
  if (stale || across || from !== undefined)
    throw new AppError('usage', '--stale and --from choose checkpoints and cannot be combined with options for lines.');
  return rules;
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
