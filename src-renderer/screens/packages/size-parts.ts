import type { Sizes } from '../../../src-shared/packages/costs';

/** A part of an image's size. */
export interface SizePart {
  readonly title: string;
  /** Bytes. */
  readonly size: number;
  readonly colour: string;
}

/** Entries that have a colour of their own. */
const MOST = 4;
const COLOURS = ['var(--accent)', 'var(--run)', 'var(--ok)', 'var(--warn)'];

/** The largest entries, then what several need, the other entries together, and the base system. */
export function partsOf({ costs, shared, base }: Sizes): SizePart[] {
  const largest = costs
    .slice(0, MOST)
    .map(({ entry, ownBytes }, at) => ({ title: entry, size: ownBytes, colour: COLOURS[at] ?? '' }));
  const others = costs.slice(MOST).reduce((sum, { ownBytes }) => sum + ownBytes, 0);
  return [
    ...largest,
    { title: 'base system', size: base, colour: 'var(--fg-3)' },
    { title: 'needed by several', size: shared, colour: 'var(--line-strong)' },
    { title: 'other entries', size: others, colour: 'var(--line)' },
  ]
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size);
}
