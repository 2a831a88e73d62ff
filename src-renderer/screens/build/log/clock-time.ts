/**
 * The time of day here, `HH:MM:SS.mmm`.
 *
 * @param at seconds since the epoch, with milliseconds
 */
export function clockTime(at: number): string {
  // Rounded first: a fraction of seconds is seldom exact in binary.
  const date = new Date(Math.round(at * 1000));
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
