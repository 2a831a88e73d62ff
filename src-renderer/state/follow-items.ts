/**
 * Returns the new places of selected items after a list changed. An item is identified by its name, and among equal names by their
 * order. In a list of the same length an item that is not found was renamed and keeps its place; otherwise it was removed.
 *
 * @param selected indices in `before`
 */
export function followItems(
  selected: readonly number[],
  before: readonly string[],
  after: readonly string[],
): readonly number[] {
  if (before === after) return selected;
  const keys = keysOf(before);
  const places = new Map(keysOf(after).map((key, index) => [key, index]));
  const found = selected.flatMap((index) => {
    const place = places.get(keys[index] ?? '');
    if (place !== undefined) return [place];
    return before.length === after.length ? [index] : [];
  });
  return [...new Set(found)].sort((a, b) => a - b);
}

function keysOf(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return `${count} ${name}`;
  });
}
