/** Rows above and below the view that are in the page too, so that scrolling shows no gap. */
const MARGIN = 8;

/**
 * Which rows of one height are to be in the page: from `first`, before `last`.
 *
 * @param top how far the list is scrolled, in pixels
 * @param height of the view, in pixels
 */
export function rowsInView(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
): { readonly first: number; readonly last: number } {
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight) - MARGIN));
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + MARGIN);
  return { first, last: Math.max(first, last) };
}
