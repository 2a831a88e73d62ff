import type { RunView } from '../../src-shared/runs/run-view';

/** Text of the outcome of a step or a run. */
export const OUTCOMES: Readonly<Record<RunView['state'], string>> = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  paused: 'paused',
  cancelled: 'stopped',
  interrupted: 'interrupted',
};
