import type { CheckpointState, Column, Lane } from '../../../../src-shared/timeline/timeline';
import { duration } from '../../../../src-shared/format';

/** What a checkpoint's mark means, in words. */
export const STATES: Readonly<Record<CheckpointState, string>> = {
  current: 'checkpoint',
  stale: 'stale checkpoint',
  unknown: 'checkpoint (freshness unknown)',
  absent: 'no checkpoint',
  running: 'running now',
  paused: 'paused here',
};

/** Why a checkpoint is stale, or why that is not known: one text, or none. */
export function freshnessReasons(freshness: Column['freshness']): string[] {
  if (freshness?.kind === 'stale') return [freshness.reasons.join('; ')];
  return freshness?.kind === 'unknown' ? [freshness.reason] : [];
}

/** One sentence for a column, for those who do not see it. */
export function columnWords({ index, step, message, state, isPause, freshness, expectedSeconds }: Column): string {
  return [
    `${index + 1}, ${step}`,
    message,
    STATES[state],
    ...freshnessReasons(freshness),
    ...(isPause ? ['the build pauses here'] : []),
    ...(expectedSeconds === null ? [] : [`takes about ${duration(expectedSeconds)}`]),
  ].join(', ');
}

/** One sentence for a lane. */
export function laneWords({ number, run, cells }: Lane): string {
  const last = cells.at(-1);
  const how = last && run.state !== 'done' ? `${last.step} ${last.words}` : duration(run.seconds);
  return `Run ${number}, ${clock(run.startedAt)}, ${run.state}, ${how}`;
}

/** Hours and minutes; the date as well when it was another day. */
export function clock(seconds: number | undefined, withSeconds = false): string {
  if (seconds === undefined) return '';
  const at = new Date(seconds * 1000);
  const time = at.toTimeString().slice(0, withSeconds ? 8 : 5);
  return at.toDateString() === new Date().toDateString() ? time : `${at.toLocaleDateString('sv-SE')} ${time}`;
}
