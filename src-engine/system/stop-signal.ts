import { constants } from 'node:os';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal that asked the build to stop, if any. */
export interface StopSignal {
  readonly signal: NodeJS.Signals | undefined;
  /** Its number, for the exit status. */
  readonly number: number;
  dispose(): void;
}

/**
 * Catches SIGINT, SIGTERM and SIGHUP while a build runs. `onStop` is called at the first and, with `again`, at each
 * further one. (Contract 1.3: the original dies and leaves the step running.) SIGUSR1 has no effect.
 */
export function onStopSignal(onStop: (signal: NodeJS.Signals, again: boolean) => void): StopSignal {
  let first: NodeJS.Signals | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    const again = first !== undefined;
    first ??= signal;
    onStop(signal, again);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, handle);
  // Node would open its debugger on a port, where every local account can run code as this one. Without a listener the
  // signal would end the process, so this one stays.
  if (process.listenerCount('SIGUSR1') === 0) process.on('SIGUSR1', () => undefined);
  return {
    get signal() {
      return first;
    },
    get number() {
      return first ? constants.signals[first] : 0;
    },
    dispose: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, handle);
    },
  };
}
