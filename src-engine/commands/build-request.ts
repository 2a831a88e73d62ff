import type { BuildStep } from '../../src-shared/checkpoints/model';
import {
  canCombine,
  canResumeFrom,
  inconsistentRemedy,
  latestResumable,
  nothingToResume,
  resolveStep,
  withoutCheckpoints,
} from '../../src-shared/checkpoints/rules';
import type { ManifestFile } from '../area/manifest-file';
import { parseGiven, type GivenVariables } from '../area/step-variables';
import type { Snapshot } from '../snapshots/backend';
import { damagesOf } from '../snapshots/damaged';
import type { Option } from './getopt';

/** Ends a command early, with lines for stderr and an exit status. */
export class EarlyExit extends Error {
  constructor(
    readonly status: number,
    readonly lines: readonly string[],
    readonly withUsage = false,
  ) {
    super(lines.join('\n'));
  }
}

/** A build of a variant. */
export interface VariantRequest {
  readonly name: string;
  /** Whether a parked line that has its image already becomes the line of the build data. */
  readonly switches: boolean;
  /** Receives the line that has its image already. */
  readonly onCurrent: (line: string) => void;
}

/** A checked command line. Nothing was changed yet. */
export interface BuildRequest {
  readonly list: boolean;
  readonly debug: boolean;
  readonly pause: number | undefined;
  readonly resume: number | undefined;
  /** Variables of `--env` for the steps. */
  readonly given: GivenVariables;
  /** `--observe`: record which files the steps open. */
  readonly observe: boolean;
  /** `--adopt`: take over an area with files that another program made. */
  readonly adopt: boolean;
  /** `--fork`: keep the present line. */
  readonly fork: boolean;
  /** `--line`: the name or id of the line that has the checkpoint. */
  readonly line: string | undefined;
  /** `--continue`: do what `plan` recommends. */
  readonly continues: boolean;
  /** The variant that is built; missing for the manifest itself. */
  readonly variant?: VariantRequest | undefined;
  /** `--detailed-exit`: status 3 when there is nothing to do. */
  readonly detailedExit: boolean;
}

/** Refuses a step without a checkpoint name (contract 1.2, 9). */
export function assertNamed(file: ManifestFile, checkpointing: boolean): void {
  const nameless = checkpointing ? file.manifest.steps.find(({ name }) => name === '') : undefined;
  if (nameless)
    throw new EarlyExit(1, [
      `The checkpoint name to use for the finalizer script ${nameless.script} is missing.`,
      'Please check your manifest file.',
    ]);
}

/**
 * Applies the options from left to right, then checks combinations (contract 1.2: 10 to 16).
 *
 * @param snapshots `undefined`: the caller checks later that the build can be resumed
 */
export function resolveRequest(
  file: ManifestFile,
  options: readonly Option[],
  steps: readonly BuildStep[],
  snapshots: readonly Snapshot[] | undefined,
  checkpointing: boolean,
): BuildRequest {
  const isGiven = (name: string): boolean => options.some(({ letter }) => letter === name);
  const continues = ['continue', 'variant', 'variants'].some(isGiven);
  refuseCombinations(options);
  let resume = continues ? undefined : resumeFromAttribute(file, steps, checkpointing);
  const seen = new Set<string>();
  let pause: number | undefined;
  for (const { letter, value = '' } of options) {
    if (letter.length > 1) continue; // Long options are extensions; the contract's rules apply to short ones.
    if (letter === 'h' || letter === '?') throw new EarlyExit(2, [], true);
    if (letter === 'd') {
      seen.add('d');
      continue;
    }
    if (!checkpointing) throw new EarlyExit(1, withoutCheckpoints(letter).lines);
    if ((letter === 'r' || letter === 'p') && seen.has(letter)) throw new EarlyExit(2, [], true);
    seen.add(letter);
    if (letter === 'r') resume = stepIndex(steps, value);
    if (letter === 'p') pause = stepIndex(steps, value);
    if (letter === 'R') {
      const latest = snapshots && latestResumable(steps, namesOf(snapshots), damagesOf(snapshots));
      if (latest === undefined) throw new EarlyExit(1, nothingToResume('-R'));
      resume = latest;
    }
  }
  if (resume !== undefined && snapshots) assertResumable(steps, snapshots, resume);
  if (seen.has('R') && seen.has('r'))
    throw new EarlyExit(2, ['-R and -r cannot be specified for the same build. '], true);
  const list = seen.has('l');
  if (list && (seen.has('R') || seen.has('r') || seen.has('p')))
    throw new EarlyExit(2, ['-l and -R, -r, or -p cannot be specified for the same build'], true);
  const combined = canCombine({ resume, pause });
  if (!list && !combined.ok) throw new EarlyExit(2, combined.lines, true);
  return {
    list,
    debug: seen.has('d'),
    pause,
    resume,
    given: givenVariables(options),
    observe: isGiven('observe'),
    adopt: isGiven('adopt'),
    fork: isGiven('fork'),
    line: options.filter(({ letter }) => letter === 'line').at(-1)?.value,
    continues,
    detailedExit: isGiven('detailed-exit'),
  };
}

/** `--continue` and variants choose the steps themselves; some options need another one. */
export function refuseCombinations(options: readonly Option[]): void {
  const has = (name: string): boolean => options.some(({ letter }) => letter === name);
  const other = ['r', 'R', 'p', 'l'].find(has);
  const chooser = ['continue', 'variant', 'variants'].find(has);
  if (chooser !== undefined && other !== undefined)
    throw new EarlyExit(2, [`--${chooser} and -${other} cannot be specified for the same build`], true);
  if (has('detailed-exit') && chooser === undefined)
    throw new EarlyExit(2, ['--detailed-exit is for builds with --continue'], true);
  if (has('variant') && has('variants'))
    throw new EarlyExit(2, ['--variant and --variants cannot be specified for the same build'], true);
  if (has('json') && !has('variant') && !has('variants'))
    throw new EarlyExit(2, ['--json is for builds with --variant or --variants'], true);
  if (has('json') && has('d')) throw new EarlyExit(2, ['--json and -d cannot be specified for the same build'], true);
  if (has('line') && (!has('r') || has('R') || has('l')))
    throw new EarlyExit(2, ['--line is for builds with -r'], true);
}

/** The variables of `--env`. */
export function givenVariables(options: readonly Option[]): GivenVariables {
  const names: string[] = [];
  const values: Record<string, string> = {};
  for (const { letter, value = '' } of options) {
    if (letter !== 'env') continue;
    const given = parseGiven(value);
    if (!given) throw new EarlyExit(2, [`--env takes NAME or NAME=VALUE, not ${value.split('=')[0]}.`], true);
    if (given.value === undefined) names.push(given.name);
    else values[given.name] = given.value;
  }
  return { names, values };
}

/**
 * The manifest's `resume_from`: as `-r`, with lower precedence. Step 0 means a build from the beginning, also when
 * checkpoints are switched off (contract 2.8, 10).
 */
function resumeFromAttribute(
  file: ManifestFile,
  steps: readonly BuildStep[],
  checkpointing: boolean,
): number | undefined {
  const value = file.manifest.resumeFrom;
  if (!value || (!checkpointing && value === '0')) return undefined;
  return stepIndex(steps, value) || undefined;
}

function stepIndex(steps: readonly BuildStep[], designator: string): number {
  const found = resolveStep(steps, designator);
  if (!found.ok) throw new EarlyExit(1, found.lines);
  return found.index;
}

/**
 * Applies the refusals of resuming (contract 2.5). Programs that call the original compare its lines, so that ours about
 * a remedy is printed on a terminal only.
 */
export function assertResumable(steps: readonly BuildStep[], snapshots: readonly Snapshot[], index: number): void {
  const answer = canResumeFrom(steps, namesOf(snapshots), index, damagesOf(snapshots));
  if (answer.ok) return;
  const isOurs = answer.refusal.kind === 'inconsistent' && process.stderr.isTTY;
  const remedy = isOurs ? [inconsistentRemedy(steps, namesOf(snapshots), damagesOf(snapshots))] : [];
  throw new EarlyExit(1, [...answer.lines, ...remedy]);
}

const namesOf = (snapshots: readonly Snapshot[]): string[] => snapshots.map(({ name }) => name);
