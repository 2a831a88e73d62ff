import { resolve } from 'node:path';
import type { BuildStep } from '../../src-shared/checkpoints/model';
import { planBuild } from '../../src-shared/checkpoints/plan';
import {
  canCombine,
  canResumeFrom,
  latestResumable,
  nothingToResume,
  resolveStep,
  withoutCheckpoints,
} from '../../src-shared/checkpoints/rules';
import { stepTable } from '../../src-shared/checkpoints/table';
import { checkStepNames } from '../../src-shared/manifest/validate';
import { createArea, resolveArea, type BuildArea } from '../area/area';
import { readStateFile } from '../area/checkpoint-records';
import { refuseForeignPlaces } from '../area/places';
import { Freshness } from '../area/freshness';
import { parseGiven, type GivenVariables } from '../area/step-variables';
import { BuildLogs } from '../run/logs';
import { problemLine, readManifestFile, refusalLines, type ManifestFile } from '../area/manifest-file';
import { holdArea } from '../run/hold-area';
import { keepRunPackages } from '../packages/image/run-packages';
import { Observer } from '../run/observer';
import { runBuild, type BuildInput } from '../run/run-build';
import type { SnapshotBackend } from '../snapshots/backend';
import { openBackend } from '../snapshots/select';
import type { Command, OptionTable } from './command';
import { getopt, type Option } from './getopt';
import { usageError } from './usage';

/** Short options are the original's (contract 1.1). A key of several letters is a long option, which also goes before the manifest. */
const OPTIONS: OptionTable = {
  R: { type: 'boolean', description: 'resume where the last build stopped' },
  r: { type: 'string', value: 'STEP', description: 'roll back to before STEP, and run it and the rest' },
  p: { type: 'string', value: 'STEP', description: 'stop before STEP, with its checkpoint taken' },
  l: { type: 'boolean', description: 'list the steps, and which of them can be resumed; nothing runs' },
  d: { type: 'boolean', description: 'print on standard output what steps ask of the manifest' },
  h: { type: 'boolean', description: 'show the usage' },
  env: {
    type: 'string',
    value: 'NAME[=VALUE]',
    description: 'give an environment variable to every step; it may be repeated',
  },
  observe: { type: 'boolean', description: 'record with strace(1) which files steps open; they become inputs' },
};
const LONG_OPTIONS: OptionTable = Object.fromEntries(Object.entries(OPTIONS).filter(([name]) => name.length > 1));

export const buildCommand: Command = {
  name: 'build',
  summary: 'builds, resumes, pauses, lists steps',
  usage: ['[-R | -r STEP] [-p STEP] [--env NAME[=VALUE]] [--observe] [-d] MANIFEST', '-l [-d] MANIFEST', '-h MANIFEST'],
  description: ['Runs the steps of a manifest and takes a checkpoint before each.'],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
};

/** An early end with the lines for stderr and an exit status. */
class Stop extends Error {
  constructor(
    readonly status: number,
    readonly lines: readonly string[],
    readonly withUsage = false,
  ) {
    super(lines.join('\n'));
  }
}

/**
 * `distro_const build [-R] [-r STEP] [-p STEP] [-l] [-d] [-h] MANIFEST`: same checks in the same order, same words, same exit
 * statuses as the original (contract 1.2), except for what test/conformance/deviations.tsv lists.
 */
async function run(argv: readonly string[]): Promise<number> {
  const parsed = getopt(argv, 'r:p:hRld?', LONG_OPTIONS);
  const operand = parsed?.operands[0];
  if (!parsed || operand === undefined) return usageError();
  // Words behind the manifest were ignored by the original, so that `build m.xml -l` wiped every checkpoint (contract 9, 4).
  const trailing = parsed.operands.slice(1);
  if (trailing.length > 0)
    return usageError(
      `Unexpected words after the manifest: ${trailing.join(' ')}. Options go before it: distro_const build ${[...trailing, operand].join(' ')}`,
    );
  try {
    return await checkedBuild(operand, parsed.options);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    if (error.withUsage) return usageError(...error.lines);
    for (const line of error.lines) process.stderr.write(`${line}\n`);
    return error.status;
  }
}

/** A checked command line, before anything is changed. */
interface Request {
  readonly list: boolean;
  readonly debug: boolean;
  readonly pause: number | undefined;
  readonly resume: number | undefined;
  readonly given: GivenVariables;
}

async function checkedBuild(operand: string, options: readonly Option[]): Promise<number> {
  const file = await readManifestFile(operand);
  const refusal = refusalLines(file);
  if (refusal.length > 0) throw new Stop(1, refusal);
  const area = await resolveArea(file.manifest.buildArea);
  assertPrivileged(area, options);
  const backend = await openBackend(area);
  const checkpointing = file.manifest.checkpointEnable;
  const steps: readonly BuildStep[] = checkpointing ? file.manifest.steps : [];
  // A full build asks once, under the lock.
  const asks = options.some(({ letter }) => 'lrR'.includes(letter)) || file.manifest.resumeFrom !== undefined;
  const looks = asks && checkpointing && area.exists;
  if (looks) await refuseForeignPlaces(area);
  const snapshots = looks ? await snapshotNames(backend) : [];
  assertNamed(file, checkpointing);
  const request = resolveRequest(file, options, steps, snapshots, checkpointing);

  if (request.list) {
    process.stderr.write(`${stepTable(steps, latestResumable(steps, snapshots)).join('\n')}\n`);
    return 0;
  }
  const choice = { resume: request.resume, pause: request.pause };
  assertNames(file);
  const observer = options.some(({ letter }) => letter === 'observe') ? await Observer.open() : undefined;
  await createArea(area);
  const lock = await holdArea(area, 'build', resolve(file.path));
  try {
    // Another build may have ended between the first look and the lock.
    const present = await snapshotNames(backend);
    let stale: BuildInput['stale'];
    if (choice.resume !== undefined) {
      assertResumable(steps, present, choice.resume);
      await warnOfChanges(area, file, choice.resume);
      stale = await staleness(area, file, choice.resume, request.given);
    }
    const plan = planBuild(file.manifest.steps, choice, checkpointing, present);
    const logs = new BuildLogs();
    return await runBuild({
      lockId: lock.id,
      area,
      file,
      choice,
      plan,
      snapshots: present,
      backend,
      checkpointing,
      debug: request.debug,
      given: request.given,
      observer,
      stale,
      logs,
      keepPackages: (run, from) => keepRunPackages(area, run, from),
    });
  } finally {
    lock.release();
  }
}

async function snapshotNames(backend: SnapshotBackend): Promise<string[]> {
  return (await backend.list()).map(({ name }) => name);
}

/** ZFS needs root, or a delegation that only trying would show; directories need neither (contract 9, 32). */
function assertPrivileged(area: BuildArea, options: readonly Option[]): void {
  if (area.kind !== 'zfs' || process.getuid?.() === 0) return;
  if (options.some(({ letter }) => 'lh?'.includes(letter))) return;
  throw new Stop(1, ['You must be root to run distro_const']);
}

/** A step without a checkpoint name (contract 1.2, 9). */
function assertNamed(file: ManifestFile, checkpointing: boolean): void {
  const nameless = checkpointing ? file.manifest.steps.find(({ name }) => name === '') : undefined;
  if (nameless)
    throw new Stop(1, [
      `The checkpoint name to use for the finalizer script ${nameless.script} is missing.`,
      'Please check your manifest file.',
    ]);
}

/** Names that would collide or could not name a snapshot are refused before anything is touched (contract 9: 11, 28). */
function assertNames(file: ManifestFile): void {
  const problems = file.manifest.checkpointEnable
    ? checkStepNames(file.manifest).filter(({ severity }) => severity === 'error')
    : [];
  if (problems.length > 0)
    throw new Stop(
      1,
      problems.map((problem) => problemLine(file, problem)),
    );
}

/** Options left to right, then what must not go together (contract 1.2: 10 to 16). */
function resolveRequest(
  file: ManifestFile,
  options: readonly Option[],
  steps: readonly BuildStep[],
  snapshots: readonly string[],
  checkpointing: boolean,
): Request {
  let resume = resumeFromAttribute(file, steps, checkpointing);
  const seen = new Set<string>();
  let pause: number | undefined;
  for (const { letter, value = '' } of options) {
    if (letter.length > 1) continue; // a long option is ours: none of the contract's rules is about it
    if (letter === 'h' || letter === '?') throw new Stop(2, [], true);
    if (letter === 'd') {
      seen.add('d');
      continue;
    }
    if (!checkpointing) throw new Stop(1, withoutCheckpoints(letter).lines);
    if ((letter === 'r' || letter === 'p') && seen.has(letter)) throw new Stop(2, [], true);
    seen.add(letter);
    if (letter === 'r') resume = stepIndex(steps, value);
    if (letter === 'p') pause = stepIndex(steps, value);
    if (letter === 'R') {
      const latest = latestResumable(steps, snapshots);
      if (latest === undefined) throw new Stop(1, nothingToResume('-R'));
      resume = latest;
    }
  }
  if (resume !== undefined) assertResumable(steps, snapshots, resume);
  if (seen.has('R') && seen.has('r')) throw new Stop(2, ['-R and -r cannot be specified for the same build. '], true);
  const list = seen.has('l');
  if (list && (seen.has('R') || seen.has('r') || seen.has('p')))
    throw new Stop(2, ['-l and -R, -r, or -p cannot be specified for the same build'], true);
  const combined = canCombine({ resume, pause });
  if (!list && !combined.ok) throw new Stop(2, combined.lines, true);
  return { list, debug: seen.has('d'), pause, resume, given: givenVariables(options) };
}

/** What `--env` gives. */
function givenVariables(options: readonly Option[]): GivenVariables {
  const names: string[] = [];
  const values: Record<string, string> = {};
  for (const { letter, value = '' } of options) {
    if (letter !== 'env') continue;
    const given = parseGiven(value);
    if (!given) throw new Stop(2, [`--env takes NAME or NAME=VALUE, not ${value.split('=')[0]}.`], true);
    if (given.value === undefined) names.push(given.name);
    else values[given.name] = given.value;
  }
  return { names, values };
}

/**
 * The manifest's `resume_from`: as `-r`, with lower precedence; what resolves to step 0 means a fresh build, also where there
 * are no checkpoints (contract 2.8, 10).
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
  if (!found.ok) throw new Stop(1, found.lines);
  return found.index;
}

function assertResumable(steps: readonly BuildStep[], snapshots: readonly string[], index: number): void {
  const answer = canResumeFrom(steps, snapshots, index);
  if (!answer.ok) throw new Stop(1, answer.lines);
}

/** What is known against the checkpoint before step `index`; `undefined` when it is current. */
async function staleness(
  area: BuildArea,
  file: ManifestFile,
  index: number,
  given: GivenVariables,
): Promise<BuildInput['stale']> {
  const steps = file.manifest.steps.slice(0, index + 1);
  const found = await new Freshness(area, file, { asksServers: true, given }).of(steps.map((step) => step.index));
  const freshness = found.get(index) ?? { kind: 'current' };
  if (freshness.kind === 'current') return undefined;
  const right = steps.filter((step) => found.get(step.index)?.kind === 'current').at(-1);
  return {
    step: steps[index]?.name ?? '',
    freshness: freshness.kind,
    reasons: freshness.kind === 'stale' ? freshness.reasons : [freshness.reason],
    resumeFrom: right?.name ?? null,
  };
}

/** The whole-file warning of contract 2.6; finer words are `plan`'s. A missing copy counts as changed (contract 9, 12). */
async function warnOfChanges(area: BuildArea, file: ManifestFile, resume: number): Promise<void> {
  const changed: string[] = [];
  for (const { name } of file.manifest.steps.slice(0, resume + 1)) {
    const copy = await readStateFile(area, name);
    if (!copy?.equals(file.bytes)) changed.push(name);
  }
  if (changed.length === 0) return;
  process.stderr.write(
    `WARNING: The manifest file, ${file.operand}, has changed \nsince Step(s)  ${changed.join(' ')} was generated.\nResults may be indeterminate.\n`,
  );
}
