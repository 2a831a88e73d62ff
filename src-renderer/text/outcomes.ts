import type { RunView } from '../../src-shared/runs/run-view';

/** How a run ended, in lower case. */
export const outcomeOf = ({ state, problem }: Pick<RunView, 'state' | 'problem'>): string =>
  problem === undefined ? OUTCOMES[state] : UNREADABLE;

/** A run whose log cannot be read: nothing else is known about it. */
export const UNREADABLE = 'log not readable';

/** Text of the outcome of a step or a run. */
export const OUTCOMES: Readonly<Record<RunView['state'], string>> = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  paused: 'paused',
  cancelled: 'stopped',
  interrupted: 'interrupted',
};
