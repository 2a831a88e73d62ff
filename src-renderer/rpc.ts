import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from '../src-shared/rpc-contract';

/** The main process as the window calls it. */
export type Main = ContractRouterClient<typeof contract>;

/** A failed call, with the text for the user. */
export interface CallFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Converts what a call has thrown. */
export function failureOf(error: unknown): CallFailure {
  if (!(error instanceof Error)) return { code: 'INTERNAL', message: String(error) };
  const { code, data } = error as { code?: unknown; data?: unknown };
  const hint = typeof data === 'object' && data !== null && 'hint' in data ? data.hint : undefined;
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    message: error.message,
    ...(typeof hint === 'string' && { hint }),
  };
}
