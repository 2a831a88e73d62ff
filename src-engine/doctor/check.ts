import type { Finding } from '../../src-shared/engine-answers/doctor';
import { AppError, reasonOf } from '../../src-shared/errors';

export type { Finding };

/** One line of the checklist, or several of a kind. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** May throw: then it is not known how it stands. Changes nothing that a build would see. */
  look(): Promise<readonly Finding[]>;
}

/** Looks at everything at once; the findings come in the order of the checks. A check that fails is a finding. */
export async function lookAtAll(checks: readonly Check[]): Promise<Finding[]> {
  return (await Promise.all(checks.map(looked))).flat();
}

async function looked({ id, title, look }: Check): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const hint = error instanceof AppError ? error.hint : undefined;
    return [{ id, title, state: 'unknown', detail: reasonOf(error), ...(hint !== undefined && { fix: hint }) }];
  }
}
