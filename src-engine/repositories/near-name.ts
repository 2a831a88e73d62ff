/** Names with more differing letters are not similar. */
const MOST = 2;

/**
 * The most similar name with at most two differing letters, the alphabetically first of several; `undefined` when there
 * is none.
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  return nearestNames(name, names, 1)[0];
}

/**
 * Names with at most two differing letters: the most similar first, then in alphabetical order. At most `limit` of
 * them.
 */
export function nearestNames(name: string, names: Iterable<string>, most: number): string[] {
  const near: { name: string; distance: number }[] = [];
  for (const other of names) {
    if (Math.abs(other.length - name.length) > MOST) continue;
    const distance = editDistance(name, other);
    if (distance <= MOST) near.push({ name: other, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map((one) => one.name);
}

/** The number of letters to insert, delete or replace to turn one string into the other. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
    if (Math.min(...current) > MOST) break;
  }
  return above[b.length] ?? MOST + 1;
}
