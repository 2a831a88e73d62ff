import type { Sizes } from '../../../src-shared/packages/costs';

/** A part of an image's size. */
export interface SizePart {
  readonly title: string;
  /** Bytes. */
  readonly size: number;
  readonly colour: string;
}

/** Entries with their own colour. */
const MAX_COLOURED = 4;
const COLOURS = ['var(--accent)', 'var(--run)', 'var(--ok)', 'var(--warn)'];

/** Returns the largest entries, the base system, the packages that several need, and the other entries together. */
export function partsOf({ costs, shared, base }: Sizes): SizePart[] {
  const largest = costs
    .slice(0, MAX_COLOURED)
    .map(({ entry, ownBytes }, at) => ({ title: entry, size: ownBytes, colour: COLOURS[at] ?? '' }));
  const others = costs.slice(MAX_COLOURED).reduce((sum, { ownBytes }) => sum + ownBytes, 0);
  return [
    ...largest,
    { title: 'base system', size: base, colour: 'var(--fg-3)' },
    { title: 'needed by several', size: shared, colour: 'var(--line-strong)' },
    { title: 'other entries', size: others, colour: 'var(--line)' },
  ]
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size);
}
