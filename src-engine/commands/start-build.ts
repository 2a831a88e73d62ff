import { resolve } from 'node:path';
import { checkpointName, type BuildStep } from '../../src-shared/checkpoints/model';
import { planBuild } from '../../src-shared/checkpoints/plan';
import type { HeldLock } from '../area/lock';
import { createArea, type BuildArea } from '../area/area';
import { readStateFile, type RecordPlace } from '../area/checkpoint-records';
import { Freshness } from '../area/freshness';
import { problemLine, type ManifestFile } from '../area/manifest-file';
import { assertBuildable } from '../area/buildable';
import { markArea } from '../area/ownership';
import { refuseChangeable } from '../area/safe-place';
import { startProblems } from '../area/start-problems';
import type { GivenVariables } from '../area/step-variables';
import { keepRunPackages } from '../packages/image/run-packages';
import { lockProblems } from '../packages/lock/lock-problems';
import { LockedImage } from '../packages/lock/locked-image';
import { findLine } from '../lines/find-line';
import { LineChanges } from '../lines/line-changes';
import { readLines } from '../lines/line-file';
import { knownSnapshots, parkedPlace } from '../lines/parked-records';
import { chooseContainment, keepsMounts, startLauncher, type EarlyLauncher } from '../run/containment';
import { holdArea } from '../run/hold-area';
import { BuildLogs } from '../run/logs';
import { Observer } from '../run/observer';
import type { BuildInput } from '../run/build-input';
import type { BuildLine } from '../run/build-line';
import { runBuild } from '../run/run-build';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import { openBackend } from '../snapshots/select';
import { damagesOf } from '../snapshots/damaged';
import { guardError } from '../system/standard-streams';
import { decideBuild, type BuildDecision } from './build-decision';
import { assertResumable, EarlyExit, type BuildRequest } from './build-request';

/** A build whose command line is accepted. */
export interface CheckedBuild {
  readonly file: ManifestFile;
  readonly area: BuildArea;
  readonly backend: SnapshotBackend;
  readonly checkpointing: boolean;
  /** The steps with checkpoints; empty where the manifest switches checkpoints off. */
  readonly steps: readonly BuildStep[];
  readonly request: BuildRequest;
  /** The build is the rebuild of a proof. */
  readonly rebuild?: Rebuild;
}

/** A rebuild that is compared with an earlier build while it runs. All calls are under the lock of the area. */
export interface Rebuild {
  /** Checks what is to be proven, and returns the line to build on. */
  begin(backend: SnapshotBackend): Promise<BuildLine>;
  /** The checkpoint before this step exists, and the step does not run yet. */
  checkpointTaken(step: string): Promise<void>;
  /** The build has ended with this exit status. Returns the status of the command. */
  end(code: number): Promise<number>;
}

/**
 * Runs a build under the area's lock and returns its exit status. Throws `Stop` and `AppError` for refusals before the
 * first step.
 */
export async function startBuild({
  file,
  area,
  backend: checked,
  checkpointing,
  steps,
  request,
  rebuild,
}: CheckedBuild): Promise<number> {
  guardError();
  const containment = chooseContainment(keepsMounts(file.manifest.keyValuePairs));
  // It starts, and locks, while the area is checked.
  const launch = (): EarlyLauncher | undefined =>
    startLauncher(containment, area.mountpoint, area.dataset !== undefined);
  let early = area.exists ? launch() : undefined;
  let lock: HeldLock | undefined;
  try {
    const runsOf = (resume: number | undefined): readonly number[] =>
      planBuild(file.manifest.steps, { resume, pause: request.pause }, checkpointing, []).runs;
    const locked = LockedImage.open(area, file);
    if (!request.continues) assertStartable(file, area, runsOf(request.resume));
    const observer = request.observe ? await Observer.open() : undefined;
    await assertBuildable(area, file.path, checked, request.adopt);
    await createArea(area);
    // Another account may have created a folder on the way.
    refuseChangeable(area);
    early ??= launch();
    const backend = early?.run ? await openBackend(area, early.run) : checked;
    lock = await holdArea(area, 'build', resolve(file.path), early?.lock);
    markArea(area);
    await new LineChanges(area, backend).finish();
    const { resume } = request;
    const parked = request.line === undefined ? undefined : parkedLineNamed(area, request.line);
    const place = parked === undefined ? area : parkedPlace(area, parked);
    const changed = resume === undefined ? [] : changedSince(place, file, resume);
    const stale = resume === undefined ? undefined : await staleness(area, place, file, resume, request.given);
    // Another build may have ended before the lock was taken. Not earlier: zfs-fuse can hang when it is asked while
    // files of the area are read and written.
    const [listed] = await Promise.all([backend.list(), request.fork && backend.lines.beforePark?.()]);
    const origin = parked === undefined ? listed : await parkedSnapshots(area, backend, parked);
    if (resume !== undefined) assertResumable(steps, origin, resume);
    const from = parked === undefined ? undefined : { id: parked, snapshots: origin };
    const decision: BuildDecision = rebuild
      ? { kind: 'build', resume: undefined, line: await rebuild.begin(backend), snapshots: listed }
      : await decideBuild({ file, area, backend, steps, request }, listed, from);
    if (decision.kind === 'done') return decision.status;
    const { line, snapshots } = decision;
    const choice = { resume: decision.resume, pause: request.pause };
    if (request.continues) assertStartable(file, area, runsOf(choice.resume));
    const present = snapshots.map(({ name }) => name);
    if (resume !== undefined) {
      warnOfDamage(steps, snapshots);
      warnOfChanges(file, changed);
    }
    const plan = planBuild(file.manifest.steps, choice, checkpointing, present);
    const logs = new BuildLogs();
    const code = await runBuild({
      lockId: lock.id,
      containment,
      spawner: early?.launcher,
      area,
      file,
      choice,
      line,
      plan,
      snapshots,
      backend,
      checkpointing,
      debug: request.debug,
      given: request.given,
      observer,
      stale,
      logs,
      lockCheck: locked,
      keepPackages: (run, from) => keepRunPackages(area, run, from),
      onCheckpoint: rebuild && ((step) => rebuild.checkpointTaken(step)),
    });
    return rebuild ? await rebuild.end(code) : code;
  } finally {
    early?.launcher.close();
    lock?.release();
  }
}

/** The id of a line; `undefined` when it is that of the build data. */
function parkedLineNamed(area: BuildArea, designator: string): string | undefined {
  const lines = readLines(area);
  const { id } = findLine(lines, designator);
  return id === lines.active ? undefined : id;
}

async function parkedSnapshots(area: BuildArea, backend: SnapshotBackend, line: string): Promise<readonly Snapshot[]> {
  return knownSnapshots(area, line, (await backend.lines.list()).get(line) ?? []);
}

/**
 * Refuses a build that would certainly fail at one of its steps, before anything is changed (contract 2.3; contract 9:
 * 11, 28).
 */
function assertStartable(file: ManifestFile, area: BuildArea, steps: readonly number[]): void {
  const running = file.manifest.steps.filter(({ index }) => steps.includes(index));
  const problems = [...startProblems(file, area.mountpoint, running), ...lockProblems(file, steps)];
  if (problems.length > 0)
    throw new EarlyExit(
      1,
      problems.map((problem) => problemLine(file, problem)),
    );
}

/** The reason why the checkpoint before step `index` is not current; `undefined` when it is. */
async function staleness(
  area: BuildArea,
  place: RecordPlace,
  file: ManifestFile,
  index: number,
  given: GivenVariables,
): Promise<BuildInput['stale']> {
  const steps = file.manifest.steps.slice(0, index + 1);
  const judge = new Freshness(area, file, { asksServers: true, given }, place);
  const freshness = (await judge.of([index])).get(index) ?? { kind: 'current' };
  if (freshness.kind === 'current') return undefined;
  const found = await judge.of(steps.map((step) => step.index));
  const right = steps.filter((step) => found.get(step.index)?.kind === 'current').at(-1);
  return {
    step: steps[index]?.name ?? '',
    freshness: freshness.kind,
    reasons: freshness.kind === 'stale' ? freshness.reasons : [freshness.reason],
    resumeFrom: right?.name ?? null,
  };
}

function warnOfDamage(steps: readonly BuildStep[], snapshots: readonly Snapshot[]): void {
  const damages = damagesOf(snapshots);
  for (const { name } of steps) {
    const damage = damages.get(checkpointName(name));
    if (damage !== undefined)
      process.stderr.write(`The checkpoint of ${name} is damaged and is not used: ${damage}.\n`);
  }
}

/** The steps since whose checkpoint the manifest has changed. A missing copy counts as changed (contract 9, 12). */
function changedSince(place: RecordPlace, file: ManifestFile, resume: number): string[] {
  const steps = file.manifest.steps.slice(0, resume + 1);
  return steps.filter(({ name }) => !readStateFile(place, name)?.equals(file.bytes)).map(({ name }) => name);
}

/** The whole-file warning of contract 2.6; `plan` reports details. */
function warnOfChanges(file: ManifestFile, changed: readonly string[]): void {
  if (changed.length === 0) return;
  process.stderr.write(
    `WARNING: The manifest file, ${file.operand}, has changed \nsince Step(s)  ${changed.join(' ')} was generated.\nResults may be indeterminate.\n`,
  );
}
