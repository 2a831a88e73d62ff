/** Names that differ by more letters are not similar. */
const MAX_DISTANCE = 2;
/** Longer names are not compared. */
const MAX_NAME_CHARACTERS = 200;

/**
 * Returns the name that differs by the fewest letters; the first in the alphabet of several; `undefined`: none is near.
 *
 * @param maxDistance 1 where names are so short that two letters make another name
 */
export function nearestName(name: string, names: Iterable<string>, maxDistance = MAX_DISTANCE): string | undefined {
  return nearestNames(name, names, 1, maxDistance)[0];
}

/** Returns at most `maxNames` names that differ by at most `maxDistance` letters: the nearest first, then by the alphabet. */
export function nearestNames(
  name: string,
  names: Iterable<string>,
  maxNames: number,
  maxDistance = MAX_DISTANCE,
): string[] {
  const near: { name: string; distance: number }[] = [];
  if (name.length > MAX_NAME_CHARACTERS) return [];
  for (const other of names) {
    if (Math.abs(other.length - name.length) > MAX_DISTANCE) continue;
    const distance = editDistance(name, other);
    if (distance <= maxDistance) near.push({ name: other, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, maxNames)
    .map((one) => one.name);
}

/** How many letters must be added, removed or replaced; `MAX_DISTANCE + 1` means more than that. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
    if (Math.min(...current) > MAX_DISTANCE) return MAX_DISTANCE + 1;
  }
  return above[b.length] ?? MAX_DISTANCE + 1;
}
