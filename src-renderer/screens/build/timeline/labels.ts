import type { CheckpointState, Column, Lane } from '../../../../src-shared/timeline/timeline';
import { withoutBackticks } from '../../../text/code-parts';
import { outcomeOf } from '../../../text/outcomes';
import { clock, duration } from '../../../../src-shared/format';
import { visibleName } from '../../../../src-shared/visible';

/** Text of a checkpoint's mark. */
export const STATES: Readonly<Record<CheckpointState, string>> = {
  current: 'checkpoint',
  stale: 'stale checkpoint',
  unknown: 'checkpoint (freshness unknown)',
  absent: 'no checkpoint',
  running: 'running now',
  paused: 'paused here',
};

/** Why a checkpoint is stale, or why its freshness is unknown. The list has one text or none. */
export function freshnessReasons(freshness: Column['freshness']): string[] {
  if (freshness?.kind === 'stale') return [freshness.reasons.join('; ')];
  return freshness?.kind === 'unknown' ? [freshness.reason] : [];
}

/** A column as one sentence for screen readers. */
export function columnText({ index, step, message, state, isPause, freshness, expectedSeconds }: Column): string {
  const parts = [
    `${index + 1}, ${step}`,
    message,
    STATES[state],
    ...freshnessReasons(freshness).map(withoutBackticks),
    ...(isPause ? ['the build pauses here'] : []),
    ...(expectedSeconds === null ? [] : [`takes about ${duration(expectedSeconds)}`]),
  ];
  return visibleName(parts.join(', '));
}

/**
 * A lane as one sentence for screen readers.
 *
 * @param line the name of the line that the run built, where there are several
 */
export function laneText({ number, run, cells }: Lane, line?: string): string {
  if (run.problem !== undefined) return visibleName(`Run ${number}: ${run.problem}`);
  const last = cells.at(-1);
  const how = last && run.state !== 'done' ? `${last.step} ${last.text}` : duration(run.seconds);
  const where = line === undefined ? '' : `, line ${line}`;
  return visibleName(`Run ${number}, ${clock(run.startedAt)}, ${outcomeOf(run)}, ${how}${where}`);
}
