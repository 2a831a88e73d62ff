import { implement, type Router as OrpcRouter } from '@orpc/server';
import { contract } from '../../src-shared/rpc-contract';
import { toWireError } from './errors';
import type { Services } from './services';

const os = implement(contract);

/** The part of a contract procedure that this file uses. */
interface Procedure {
  handler(serve: (call: { input: unknown; signal?: AbortSignal }) => unknown): unknown;
}

/**
 * Serves the contract from plain services, each call by the service of its group and name. Arguments were parsed by the contract's
 * schemas before a service sees them. The type `Services` ensures that every call has a service of the right type.
 */
export function createRouter(services: Services) {
  const guarded = os.use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw toWireError(error);
    }
  });
  const groups = guarded as unknown as Record<string, Record<string, Procedure>>;
  const served = Object.entries(contract).map(([group, calls]) => {
    const service = services[group as keyof Services] as unknown as Record<
      string,
      (input: unknown, context: { signal?: AbortSignal }) => unknown
    >;
    const procedures = Object.keys(calls).map((name) => [
      name,
      groups[group]?.[name]?.handler(async ({ input, signal }) => {
        const result = await service[name]?.(input, { ...(signal && { signal }) });
        return isStream(result) ? guardedStream(result) : result;
      }),
    ]);
    return [group, Object.fromEntries(procedures)];
  });
  return Object.fromEntries(served) as OrpcRouter<typeof contract, Record<never, never>>;
}

function isStream(result: unknown): result is AsyncGenerator {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

/** Converts errors of a stream as those of a call. */
async function* guardedStream(stream: AsyncGenerator): AsyncGenerator {
  try {
    yield* stream;
  } catch (error) {
    throw toWireError(error);
  }
}

/** The served contract, for a carrier's handler. */
export type Router = ReturnType<typeof createRouter>;
