/** Height of a line. */
export const ROW_PX = 20;

/** Browsers lay out about 33 million pixels. A longer log is squeezed into this height. */
const MAX_HEIGHT_PX = 30_000_000;

/** Height of the scrolled content in pixels. */
export function scrollHeight(lines: number, room: number): number {
  return Math.max(room, Math.min(MAX_HEIGHT_PX, lines * ROW_PX));
}

/** The lines in view at a scroll position, and the part of the first line above the view in pixels. */
export function inView(
  lines: number,
  top: number,
  room: number,
): { readonly first: number; readonly end: number; readonly offset: number } {
  const reach = scrollHeight(lines, room) - room;
  const exact = reach > 0 ? (Math.min(top, reach) / reach) * Math.max(0, lines - room / ROW_PX) : 0;
  const first = Math.max(0, Math.floor(exact));
  const end = Math.min(lines, first + Math.ceil(room / ROW_PX) + 2);
  return { first, end, offset: (exact - first) * ROW_PX };
}

/** The scroll position that centres a line. */
export function topFor(line: number, lines: number, room: number): number {
  const reach = scrollHeight(lines, room) - room;
  const lastFirst = Math.max(1, lines - room / ROW_PX);
  const first = Math.max(0, line - room / ROW_PX / 2);
  return Math.min(1, first / lastFirst) * reach;
}
