import type { RunView } from '../../src-shared/runs/run-view';

/** What the window announces when a run has ended. */
export function runEnd(run: RunView): { readonly message: string; readonly isGood: boolean } {
  const failed = run.steps.find(({ outcome }) => outcome === 'failed');
  const message = {
    done: 'The build is done.',
    paused: `The build paused before ${run.pausedBefore ?? ''}.`,
    failed: `The build failed${failed ? ` in ${failed.step}` : ''}.`,
    cancelled: 'The build was stopped.',
    interrupted: 'The build was interrupted.',
    running: '',
  }[run.state];
  return { message, isGood: run.state === 'done' || run.state === 'paused' };
}
