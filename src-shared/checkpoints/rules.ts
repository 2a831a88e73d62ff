import { quoteArgument } from '../shell-quote';
import { type StepRange, type BuildStep, checkpointName, stepOfSnapshot } from './model';

/** Why a rule refuses. */
export type Refusal =
  | { readonly kind: 'unknown-step'; readonly designator: string }
  | { readonly kind: 'no-checkpointing' }
  | { readonly kind: 'nothing-to-resume' }
  | { readonly kind: 'resume-too-late'; readonly latest: number }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'inconsistent' }
  | { readonly kind: 'resume-not-before-pause' };

/** Allowed, or refused with a reason and the exact lines that `distro_const` prints for it (contract 1.4, 2.5). */
export type Decision =
  { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal; readonly lines: readonly string[] };

/** A step that was found, or the refusal. */
export type StepDecision =
  | { readonly ok: true; readonly index: number }
  | { readonly ok: false; readonly refusal: Refusal; readonly lines: readonly string[] };

const ALLOWED: Decision = { ok: true };

/**
 * Finds a step by its designator: exact name first, else a zero-based number made of digits only (contract 1.4).
 */
export function resolveStep(steps: readonly BuildStep[], designator: string): StepDecision {
  const byName = steps.findIndex((step) => step.name === designator);
  if (byName >= 0) return { ok: true, index: byName };
  if (/^[0-9]+$/.test(designator) && Number(designator) < steps.length) return { ok: true, index: Number(designator) };
  return {
    ok: false,
    refusal: { kind: 'unknown-step', designator },
    lines: [
      `An invalid step (${designator}) was specified.`,
      'Valid step names are: ',
      ...steps.map((step) => step.name),
    ],
  };
}

/**
 * The latest step that can be resumed from: walk the steps in order and stop at the first without a snapshot, so that a gap
 * hides everything after it (contract 2.4). `undefined` when not even the first step has one.
 *
 * @param snapshots names of all snapshots of the build data
 * @param damaged the damaged ones: none of them is the latest, but they hide no other
 */
export function latestResumable(
  steps: readonly BuildStep[],
  snapshots: readonly string[],
  damaged: DamagedSnapshots = NOT_DAMAGED,
): number | undefined {
  const latest = validSteps(steps, snapshots, damaged).at(-1);
  return latest && steps.indexOf(latest);
}

/** Why snapshots cannot be used, as clauses, by their names. */
export type DamagedSnapshots = ReadonlyMap<string, string>;

const NOT_DAMAGED: DamagedSnapshots = new Map();

/** The steps before the first gap whose checkpoints are not damaged. */
function validSteps(
  steps: readonly BuildStep[],
  snapshots: readonly string[],
  damaged: DamagedSnapshots,
): readonly BuildStep[] {
  const taken = new Set(snapshots);
  const gap = steps.findIndex((step) => !taken.has(checkpointName(step.name)));
  return steps.slice(0, gap < 0 ? steps.length : gap).filter(({ name }) => !damaged.has(checkpointName(name)));
}

const listOf = (valid: readonly BuildStep[]): string[] => [
  'Valid steps to resume from are: ',
  ...valid.map((step) => step.name.padEnd(20) + step.message.padEnd(10)),
];

/**
 * Decides whether the build may resume from step `index` (contract 2.5).
 *
 * @param snapshots names of all snapshots of the build data in the order in which they were taken
 */
export function canResumeFrom(
  steps: readonly BuildStep[],
  snapshots: readonly string[],
  index: number,
  damaged: DamagedSnapshots = NOT_DAMAGED,
): Decision {
  const valid = validSteps(steps, snapshots, damaged);
  const step = steps[index]?.name ?? '';
  const damage = damaged.get(checkpointName(step));
  if (damage !== undefined) {
    const instead = valid.length > 0 ? listOf(valid) : ['Start the build from the beginning.'];
    const lines = [`The checkpoint of ${step} is damaged: ${damage}.`, ...instead];
    return { ok: false, refusal: { kind: 'damaged' }, lines };
  }
  const latest = latestResumable(steps, snapshots, damaged);
  if (latest === undefined) return { ok: false, refusal: { kind: 'nothing-to-resume' }, lines: nothingToResume('-r') };
  if (index > latest)
    return {
      ok: false,
      refusal: { kind: 'resume-too-late', latest },
      lines: ['You must specify an earlier step to resume at.', ...listOf(valid)],
    };
  // The order of the snapshots shows whether the steps before `index` are those that made this tree.
  const order = snapshots.filter((name) => stepOfSnapshot(name) !== undefined);
  const fits = steps.slice(0, index + 1).every((step, i) => order[i] === checkpointName(step.name));
  return fits ? ALLOWED : { ok: false, refusal: { kind: 'inconsistent' }, lines: INCONSISTENT };
}

/**
 * The step that `build -R` resumes from: the latest one by contract 2.4, if the order of the snapshots allows it (contract 2.5).
 * `undefined` when `build -R` would refuse.
 *
 * @param snapshots names of all snapshots of the build data in the order in which they were taken
 */
export function resumableByCapitalR(
  steps: readonly BuildStep[],
  snapshots: readonly string[],
  damaged: DamagedSnapshots = NOT_DAMAGED,
): number | undefined {
  const latest = latestResumable(steps, snapshots, damaged);
  return latest !== undefined && canResumeFrom(steps, snapshots, latest, damaged).ok ? latest : undefined;
}

/** The latest step that `build -r` accepts, also where `build -R` refuses; `undefined`: none. */
export function latestAccepted(
  steps: readonly BuildStep[],
  snapshots: readonly string[],
  damaged: DamagedSnapshots = NOT_DAMAGED,
): number | undefined {
  return steps
    .map((_, index) => index)
    .filter((index) => canResumeFrom(steps, snapshots, index, damaged).ok)
    .at(-1);
}

/** What to do about an `inconsistent` refusal, which the original does not name (contract 2.5). */
export function inconsistentRemedy(
  steps: readonly BuildStep[],
  snapshots: readonly string[],
  damaged: DamagedSnapshots = NOT_DAMAGED,
): string {
  const name = steps[latestAccepted(steps, snapshots, damaged) ?? -1]?.name;
  if (name === undefined) return 'Build from the beginning: distro_const build MANIFEST';
  return `Resume from ${name} instead: distro_const build -r ${quoteArgument(name)} MANIFEST. List the checkpoints that no longer fit: distro_const prune --stale MANIFEST`;
}

const INCONSISTENT = [
  'The manifest file is inconsistent with your build area.',
  'Please resolve if you wish to use the resume functionality.',
];

/**
 * The refusal of everything that needs checkpoints when the manifest switches them off (contract 1.2, 2.9).
 *
 * @param letter the option on the command line
 */
export function withoutCheckpoints(letter: string): Exclude<Decision, { readonly ok: true }> {
  return {
    ok: false,
    refusal: { kind: 'no-checkpointing' },
    lines: ['Checkpointing is not available', `Rerun the build without -${letter}`],
  };
}

/** The message for "nothing to resume"; the original has a trailing blank except for `-R` (contract 1.2, 2.5). */
export function nothingToResume(option: '-r' | '-R'): readonly string[] {
  return [
    `There are no valid steps to resume from.${option === '-r' ? ' ' : ''}`,
    'Please rerun the build without the -r or -R options.',
  ];
}

/** Decides whether a build may start at `resume` and pause at `pause`. The pause must come strictly later (contract 1.2, 16). */
export function canCombine({ resume, pause }: StepRange): Decision {
  if (resume === undefined || pause === undefined || pause > resume) return ALLOWED;
  return {
    ok: false,
    refusal: { kind: 'resume-not-before-pause' },
    lines: ['The resume step must be earlier than the pause step.'],
  };
}
