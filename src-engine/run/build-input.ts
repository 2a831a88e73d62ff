import type { BuildPlan } from '../../src-shared/checkpoints/plan';
import type { StepRange } from '../../src-shared/checkpoints/model';
import type { EngineRecordBody } from '../../src-shared/journal/records';
import type { BuildArea } from '../area/area';
import type { ManifestFile } from '../area/manifest-file';
import type { GivenVariables } from '../area/step-variables';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import type { BuildLine } from './build-line';
import type { LockCheck } from './lock-check';
import type { BuildLogs } from './logs';
import type { Observer } from './observer';
import type { Containment, StepSpawner } from './step-process';

/** Everything that a build needs, checked beforehand. The caller holds the lock. */
export interface BuildInput {
  /** Id of the held lock. Requests to this build contain it. */
  readonly lockId: string;
  readonly area: BuildArea;
  readonly file: ManifestFile;
  readonly choice: StepRange;
  readonly line: BuildLine;
  readonly plan: BuildPlan;
  /** The snapshots when the lock was taken. No other process changes them since. */
  readonly snapshots: readonly Snapshot[];
  readonly backend: SnapshotBackend;
  readonly checkpointing: boolean;
  readonly containment: Containment;
  /** Starts the steps, when this was prepared before the lock was taken. */
  readonly spawner?: StepSpawner | undefined;
  readonly debug: boolean;
  /** Variables of `--env` for the steps. */
  readonly given?: GivenVariables | undefined;
  /** Records the files that steps open (`--observe`). */
  readonly observer?: Observer | undefined;
  /** The reason why the checkpoint to resume from is not current. */
  readonly stale?: EngineRecordBody<'stale-checkpoint'> | undefined;
  readonly logs: BuildLogs;
  /** Where the manifest has a lock of its packages. */
  readonly lockCheck?: LockCheck | undefined;
  /** Called after each checkpoint, before the next step starts. */
  readonly onCheckpoint?: ((step: string) => Promise<void>) | undefined;
  /** Keeps the list of packages in the image beside the run's journal; see `packages/image/run-packages.ts`. */
  readonly keepPackages: (run: string, from?: string) => Promise<void>;
}
