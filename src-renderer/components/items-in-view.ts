/** Items before and after the view that are in the page too, so that scrolling shows no gap. */
const MARGIN_ITEMS = 8;

/**
 * Returns which of `count` items of one size are in the page: from `first`, before `end`.
 *
 * @param from scroll position, in pixels
 * @param room size of the view, in pixels
 */
export function itemsInView(
  from: number,
  room: number,
  size: number,
  count: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.min(count, Math.floor(from / size) - MARGIN_ITEMS));
  const end = Math.min(count, Math.ceil((from + room) / size) + MARGIN_ITEMS);
  return { first, end: Math.max(first, end) };
}
