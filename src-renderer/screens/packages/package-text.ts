/** What a package that is dragged out of the repository says of itself. */
export const entryKind = 'package';

/** A number with its thousands apart. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A day, and the time on the present one. */
export function dateOf(iso: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? date.toLocaleTimeString('sv-SE', { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString('sv-SE');
}

/** A part of a whole, for people. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const share = (part / whole) * 100;
  return share > 0 && share < 1 ? '< 1 %' : `${Math.round(share)} %`;
}
