import { dateTime, plural } from '../format';
import type { RestsOn } from './origin';

const DAY_S = 24 * 60 * 60;

/** How old a state of this time is, in seconds since the epoch: `3 days old`. */
export function ageText(at: number, now = Date.now() / 1000): string {
  const days = Math.floor((now - at) / DAY_S);
  return days < 1 ? 'less than a day old' : `${plural(days, 'day')} old`;
}

/** A checkpoint that an image rests on, as a clause with its age. */
export function restsOnText({ step, at, run }: RestsOn): string {
  return `rests on the checkpoint before ${step}, ${dateTime(new Date(at * 1000))}, ${ageText(at)} (${run})`;
}
