import type { RunView } from './run-view';

/**
 * The index of the first step before which a running build can still pause: the one behind the step that it has started or
 * resumed at. The engine, the command and the button use the same rule.
 */
export function earliestPause(run: Pick<RunView, 'steps' | 'planned' | 'resume'>): number {
  const resumed = run.planned.findIndex(({ name }) => name === run.resume);
  return (run.steps.at(-1)?.index ?? resumed) + 1;
}
