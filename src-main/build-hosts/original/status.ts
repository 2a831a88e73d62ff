import { checkpointName, stepOfSnapshot } from '../../../src-shared/checkpoints/model';
import { canResumeFrom } from '../../../src-shared/checkpoints/rules';
import type { CheckpointSizes } from '../../../src-shared/engine-answers/checkpoints';
import type { StatusAnswer } from '../../../src-shared/engine-answers/status';
import { AppError } from '../../../src-shared/errors';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { StockSnapshot } from './area';
import type { Inspection } from './inspect';

const snapshotView = ({ name, id, takenAt, unique, referenced }: StockSnapshot) => ({
  name,
  id,
  takenAt,
  unique,
  referenced,
});

/** The message of the refusal. The status has it too, so that the window does not offer the command. */
export const NO_PRUNE =
  'The original command has no way to remove checkpoints. A build from the beginning removes them; zfs destroy does on the host.';
export const NO_PAUSE_WHILE_RUNNING =
  'The original command cannot be paused while it runs. Start a build that pauses there.';

/** Why the freshness of its checkpoints is not known. */
export const NO_RECORD = 'the original distro_const does not record what steps use';

/** Whether a build takes checkpoints (contract 2.9). */
export const hasCheckpoints = ({ manifest, area }: Inspection): boolean =>
  manifest.checkpointEnable && area.dataset !== null;

/** How long a step took when it last succeeded, in seconds; `null` when that is not known. */
export function expectedSeconds(runs: readonly RunView[], step: string): number | null {
  const took = runs.flatMap((run) =>
    run.steps.flatMap((one) => (one.step === step && one.outcome === 'done' ? (one.seconds ?? []) : [])),
  );
  return took.at(-1) ?? null;
}

/**
 * The engine's `status` answer, with `null` and `unknown` for facts that the original does not have.
 *
 * @param runs all that are known, oldest first
 * @param since the first run to include
 * @param host its name
 */
export function statusOf(
  inspection: Inspection,
  runs: readonly RunView[],
  since: string | undefined,
  host: string,
): StatusAnswer {
  const { manifest, area, snapshots, resumable, process } = inspection;
  const { steps } = manifest;
  const names = snapshots.map(({ name }) => name);
  const latest = steps.filter(({ name }) => resumable.has(name) && names.includes(checkpointName(name))).at(-1);
  const now = Date.now() / 1000;
  return {
    at: now,
    area: {
      kind: area.dataset === null ? 'directory' : 'zfs',
      dataset: area.dataset,
      path: area.path,
      exists: area.exists,
    },
    backend: area.dataset === null ? 'none' : 'zfs',
    checkpointing: hasCheckpoints(inspection),
    freeBytes: area.freeBytes,
    lock: process
      ? {
          kind: 'held',
          owner: {
            pid: process.pid,
            host,
            user: process.user,
            client: 'distro_const',
            manifest: '',
            since: runs.at(-1)?.startedAt ?? now,
          },
        }
      : { kind: 'free' },
    latestResumable: latest?.name ?? null,
    steps: steps.map(({ name, message }, index) => {
      const taken = snapshots.find((one) => one.name === checkpointName(name));
      const answer = canResumeFrom(steps, names, index);
      return {
        index,
        step: name,
        message,
        resumable: hasCheckpoints(inspection) && resumable.has(name) && answer.ok,
        refusalLines: answer.ok ? [] : [...answer.lines],
        snapshot: taken ? snapshotView(taken) : null,
        freshness: taken ? { kind: 'unknown', reason: NO_RECORD } : null,
        run: null,
        expectedSeconds: expectedSeconds(runs, name),
      };
    }),
    otherSnapshots: names.filter((name) => {
      const step = stepOfSnapshot(name);
      return step !== undefined && !steps.some((one) => one.name === step);
    }),
    noPrune: NO_PRUNE,
    noPauseWhileRunning: NO_PAUSE_WHILE_RUNNING,
    runs: runs.filter(({ run }) => since === undefined || run >= since),
  };
}

/** The engine's `checkpoints` answer. */
export const checkpointsOf = ({ manifest, snapshots }: Inspection): CheckpointSizes => ({
  checkpoints: manifest.steps.map(({ name }) => {
    const taken = snapshots.find((one) => one.name === checkpointName(name));
    return { step: name, snapshot: taken ? snapshotView(taken) : null };
  }),
});

/** The checkpoint before a step. Throws `missing`. */
export function snapshotOf({ snapshots }: Inspection, step: string): StockSnapshot {
  const found = snapshots.find(({ name }) => name === checkpointName(step));
  if (!found)
    throw new AppError(
      'missing',
      `There is no checkpoint before ${step}.`,
      'Start a build: it takes one before each step.',
    );
  return found;
}
