/** The number of a line: 1 for `main`, then as in `line-2`. */
const numberOf = (id: string): number => Number(/^line-(\d+)$/.exec(id)?.[1] ?? 1);

interface Used {
  readonly id: string;
  /** Seconds since 1970. */
  readonly usedAt: number;
}

/** Sorts lines by their last use, the latest first. Of two in one second the newer line is first. */
export function byLastUse(a: Used, b: Used): number {
  return b.usedAt - a.usedAt || numberOf(b.id) - numberOf(a.id);
}
