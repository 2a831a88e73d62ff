import { lineNumber } from '../../src-shared/line-id';

interface Used {
  readonly id: string;
  /** Seconds since 1970. */
  readonly usedAt: number;
}

/** Sorts lines by their last use, the latest first. Of two in one second the newer line is first. */
export function byLastUse(a: Used, b: Used): number {
  return b.usedAt - a.usedAt || lineNumber(b.id) - lineNumber(a.id);
}
