import type { Sizes } from '../../../src-shared/packages/costs';
import type { ResolvedPackage } from '../../../src-shared/engine-answers/packages';

/** A package in the picture of sizes. */
export interface SizeTile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** A group of packages: those of one entry, those that several need, or the base system. */
export interface SizeGroup {
  readonly title: string;
  readonly size: number;
  readonly colour: string;
  /** The largest first. */
  readonly tiles: readonly SizeTile[];
}

/** Colours in order. Dark text is legible on each in both themes. */
const COLOURS = ['#5fb9ca', '#8fb4ec', '#7ec796', '#e0b463', '#d79ad1', '#e59a86', '#a7c957', '#9aa5e8'];
const BASE = '#a9b4c0';
const SHARED = '#8b97a5';

/** Returns all packages in groups, the largest first. */
export function groupsOf(packages: readonly ResolvedPackage[], { costs }: Sizes): SizeGroup[] {
  const sizes = new Map(packages.map(({ name, installedSize = 0 }) => [name, installedSize]));
  const tilesOf = (names: readonly string[]): SizeTile[] =>
    names.map((name) => ({ name, size: sizes.get(name) ?? 0 })).sort((a, b) => b.size - a.size);
  const owned = new Set(costs.flatMap(({ own }) => own));
  const rest = packages.filter(({ name }) => !owned.has(name));
  const base = rest.filter(({ why }) => why === 'base').map(({ name }) => name);
  const shared = rest.filter(({ why }) => why !== 'base').map(({ name }) => name);
  return [
    ...costs.map(({ entry, own }, at) => group(entry, tilesOf(own), COLOURS[at % COLOURS.length] ?? '')),
    group('base system', tilesOf(base), BASE),
    group('needed by several', tilesOf(shared), SHARED),
  ]
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size);
}

function group(title: string, tiles: readonly SizeTile[], colour: string): SizeGroup {
  return { title, tiles, colour, size: tiles.reduce((sum, { size }) => sum + size, 0) };
}
