import { failureOf, type CallFailure } from '../../../rpc';

/** State of a call to main. */
export type Answer<T> =
  | { readonly state: 'none' }
  | { readonly state: 'waiting' }
  | { readonly state: 'failed'; readonly failure: CallFailure }
  | { readonly state: 'there'; readonly value: T };

/**
 * Repeats a call to main when the state that it reads changes. The call before is aborted. Must be called while a component is created.
 *
 * @param call returns `undefined` when there is nothing to request
 */
export function answerOf<T>(call: (signal: AbortSignal) => Promise<T> | undefined): {
  readonly now: Answer<T>;
  retry(): void;
} {
  let now = $state.raw<Answer<T>>({ state: 'waiting' });
  let attempts = $state(0);
  $effect(() => {
    void attempts;
    const closing = new AbortController();
    const request = call(closing.signal);
    now = { state: request ? 'waiting' : 'none' };
    request?.then(
      (value) => {
        if (!closing.signal.aborted) now = { state: 'there', value };
      },
      (error: unknown) => {
        if (!closing.signal.aborted) now = { state: 'failed', failure: failureOf(error) };
      },
    );
    return () => closing.abort();
  });
  return {
    get now() {
      return now;
    },
    retry: () => void attempts++,
  };
}
