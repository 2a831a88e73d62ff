import { join } from 'node:path/posix';
import { checkpointName, stepOfSnapshot } from '../../../src-shared/checkpoints/model';
import { canResumeFrom, type Decision } from '../../../src-shared/checkpoints/rules';
import type { CheckpointSizes } from '../../../src-shared/engine-answers/checkpoints';
import type { StatusAnswer } from '../../../src-shared/engine-answers/status';
import { AppError } from '../../../src-shared/errors';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { StockSnapshot } from './area';
import type { FreshnessOf } from './freshness';
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
export const NO_LINES =
  'The original command keeps no lines: resuming discards the later checkpoints, and the images are replaced.';
export const NO_PAUSE_WHILE_RUNNING =
  'The original command cannot be paused while it runs. Start a build that pauses there.';

/** Whether a build takes checkpoints (contract 2.9). */
export const hasCheckpoints = ({ manifest, area }: Inspection): boolean =>
  manifest.checkpointEnable && area.dataset !== null;

/** Why no checkpoints are taken, where the manifest is not the reason; `undefined` when they are. */
function whyNoCheckpoints({ manifest, area }: Inspection): string | undefined {
  if (!manifest.checkpointEnable || area.dataset !== null) return undefined;
  return `The original command takes no checkpoints, because no ZFS dataset is mounted at ${area.path}. Every build starts from the beginning.`;
}

/**
 * Whether the original resumes at a step: by the snapshots (contract 2.5), and only with its copies of the manifest, because it ends
 * with a traceback without one of them (contract 9, 12).
 */
export function canResume({ manifest, area, snapshots, stateFiles }: Inspection, index: number): Decision {
  const { steps } = manifest;
  const names = snapshots.map(({ name }) => name);
  const answer = canResumeFrom(steps, names, index);
  const missing = steps.slice(0, index + 1).find(({ name }) => stateFiles.get(name) === 'missing');
  if (!answer.ok || !missing) return answer;
  const path = join(area.path, checkpointName(missing.name));
  return {
    ok: false,
    refusal: { kind: 'inconsistent' },
    lines: [
      `${path} is missing. The original compares this copy of the manifest at each resume, and cannot resume without it.`,
      'Build from the beginning.',
    ],
  };
}

/** The last step that the original resumes at. */
export function latestOf(inspection: Inspection): string | null {
  const { steps } = inspection.manifest;
  if (!hasCheckpoints(inspection)) return null;
  return steps.filter((_, index) => canResume(inspection, index).ok).at(-1)?.name ?? null;
}

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
 * @param names those of the host, and of the program that started the build that runs
 * @param freshness returns that of the checkpoint before a step
 */
export function statusOf(
  inspection: Inspection,
  runs: readonly RunView[],
  since: string | undefined,
  { host, client }: { readonly host: string; readonly client: string },
  freshness: FreshnessOf,
): StatusAnswer {
  const { manifest, area, snapshots, process } = inspection;
  const { steps } = manifest;
  const names = snapshots.map(({ name }) => name);
  const noCheckpoints = whyNoCheckpoints(inspection);
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
            client,
            manifest: '',
            since: runs.at(-1)?.startedAt ?? now,
          },
        }
      : { kind: 'free' },
    latestResumable: latestOf(inspection),
    steps: steps.map(({ name, message }, index) => {
      const taken = snapshots.find((one) => one.name === checkpointName(name));
      const answer = canResume(inspection, index);
      return {
        index,
        step: name,
        message,
        resumable: hasCheckpoints(inspection) && answer.ok,
        refusalLines: answer.ok ? [] : [...answer.lines],
        snapshot: taken ? snapshotView(taken) : null,
        freshness: taken ? freshness(index) : null,
        run: null,
        expectedSeconds: expectedSeconds(runs, name),
      };
    }),
    otherSnapshots: names.filter((name) => {
      const step = stepOfSnapshot(name);
      return step !== undefined && !steps.some((one) => one.name === step);
    }),
    ...(noCheckpoints !== undefined && { noCheckpoints }),
    noPrune: NO_PRUNE,
    noLines: NO_LINES,
    noPauseWhileRunning: NO_PAUSE_WHILE_RUNNING,
    // By place and not by name, because the host's clock may have been set back.
    runs: runs.slice(Math.max(0, since === undefined ? 0 : runs.findIndex(({ run }) => run === since))),
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
