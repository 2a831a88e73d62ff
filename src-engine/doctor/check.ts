import type { Finding } from '../../src-shared/engine-answers/doctor';
import { AppError, reasonOf } from '../../src-shared/errors';

export type { Finding };

/** One check of the checklist. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /**
   * Runs the check. When it throws, the checklist reports the state as unknown. It changes nothing that a build depends
   * on.
   */
  run(): Promise<readonly Finding[]>;
}

/**
 * Runs all checks at the same time and returns their findings in the order of the checks. A check that throws becomes a
 * finding.
 */
export async function runChecks(checks: readonly Check[]): Promise<Finding[]> {
  return (await Promise.all(checks.map(runCheck))).flat();
}

async function runCheck({ id, title, run }: Check): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    const hint = error instanceof AppError ? error.hint : undefined;
    return [{ id, title, state: 'unknown', detail: reasonOf(error), ...(hint !== undefined && { fix: hint }) }];
  }
}
