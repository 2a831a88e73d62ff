/** Height of a line in pixels. */
export const ROW = 20;

/** Browsers lay nothing out beyond about 33 million pixels: a longer log is squeezed into this many. */
const TALLEST = 30_000_000;

/** Height of the whole log in pixels, as far as the scroll bar is concerned. */
export function scrollHeight(lines: number, room: number): number {
  return Math.max(room, Math.min(TALLEST, lines * ROW));
}

/** What is in view at a scroll position: the first line, and how far above the window it begins. */
export function inView(
  lines: number,
  top: number,
  room: number,
): { readonly first: number; readonly end: number; readonly offset: number } {
  const reach = scrollHeight(lines, room) - room;
  const exact = reach > 0 ? (Math.min(top, reach) / reach) * Math.max(0, lines - room / ROW) : 0;
  const first = Math.max(0, Math.floor(exact));
  const end = Math.min(lines, first + Math.ceil(room / ROW) + 2);
  return { first, end, offset: (exact - first) * ROW };
}

/** The scroll position that has a line in the middle. */
export function topFor(line: number, lines: number, room: number): number {
  const reach = scrollHeight(lines, room) - room;
  const most = Math.max(1, lines - room / ROW);
  const first = Math.max(0, line - room / ROW / 2);
  return Math.min(1, first / most) * reach;
}
