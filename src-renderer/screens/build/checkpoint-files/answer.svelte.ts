import { failureOf, type CallFailure } from '../../../rpc';

/** A call to main as a component shows it. */
export type Answer<T> =
  | { readonly state: 'none' }
  | { readonly state: 'waiting' }
  | { readonly state: 'failed'; readonly failure: CallFailure }
  | { readonly state: 'there'; readonly value: T };

/**
 * Calls main whenever what the call reads has changed, and gives the call up when its answer is no longer wanted. To be made while a
 * component is.
 *
 * @param call `undefined` when there is nothing to ask
 */
export function answerOf<T>(call: (signal: AbortSignal) => Promise<T> | undefined): {
  readonly now: Answer<T>;
  again(): void;
} {
  let now = $state.raw<Answer<T>>({ state: 'waiting' });
  let times = $state(0);
  $effect(() => {
    void times;
    const leaving = new AbortController();
    const asked = call(leaving.signal);
    now = { state: asked ? 'waiting' : 'none' };
    asked?.then(
      (value) => {
        if (!leaving.signal.aborted) now = { state: 'there', value };
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) now = { state: 'failed', failure: failureOf(error) };
      },
    );
    return () => leaving.abort();
  });
  return {
    get now() {
      return now;
    },
    again: () => void times++,
  };
}
