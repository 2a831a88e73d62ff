import type { StepExecution } from '../../src-shared/checkpoints/execution';
import type { DeclaredStep } from '../../src-shared/manifest/model';

/** Compares the image with the lock of the manifest; see `packages/lock/locked-image.ts`. */
export interface LockCheck {
  /** The packages in the image before a step. */
  begin(): Promise<ReadonlyMap<string, string>>;
  /** The reasons, as lines for the console, why a step that has succeeded breaks the lock; empty when it does not. */
  problems(step: DeclaredStep, execution: StepExecution, before: ReadonlyMap<string, string>): Promise<string[]>;
  /** The reason, as lines, why a finished build breaks the lock; empty when it does not. */
  unused(history: readonly StepExecution[]): string[];
}
