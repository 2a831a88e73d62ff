import type { RunView } from './run-view';

/**
 * The index of the first step that a running build can still be made to pause before: the one behind the step that it has begun or
 * resumed at. The engine obeys it, the command and the button say no by it.
 */
export function earliestPause(run: Pick<RunView, 'steps' | 'planned' | 'resume'>): number {
  const resumed = run.planned.findIndex(({ name }) => name === run.resume);
  return (run.steps.at(-1)?.index ?? resumed) + 1;
}
