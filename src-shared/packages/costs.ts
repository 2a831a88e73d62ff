import type { ResolvedPackage } from '../engine-answers/packages';

/** The cost of an entry of the manifest. Sizes are bytes on the disk; an unknown size counts as 0. */
export interface Cost {
  /** The manifest's entry. */
  readonly entry: string;
  /** The packages that it means, usually one. */
  readonly names: readonly string[];
  /** Packages that would not be in the image without it, itself included. Empty: other entries need it as well. */
  readonly own: readonly string[];
  readonly ownBytes: number;
}

/** The parts of an image's size, in bytes on the disk. */
export interface Sizes {
  readonly installed: number;
  readonly download: number;
  /** Packages that every image has. */
  readonly base: number;
  /** Packages that several entries of the manifest need. */
  readonly shared: number;
  /** The largest first. */
  readonly costs: readonly Cost[];
}

/**
 * Computes the costs of the entries of an image from the dependencies of its packages. The time is linear in packages
 * and dependencies.
 */
export function sizesOf(packages: readonly ResolvedPackage[]): Sizes {
  const graph = graphOf(packages);
  const base = baseOf(packages, graph);
  const entries = entriesOf(packages);
  const owners = ownersOf(graph, entries, base);
  const own = new Map<string, string[]>();
  for (const [name, owner] of owners) if (owner !== SEVERAL) own.set(owner, [...(own.get(owner) ?? []), name]);

  const costs = [...entries].map(([entry, names]): Cost => {
    const mine = own.get(entry) ?? [];
    return { entry, names, own: mine, ownBytes: bytesOf(graph, mine) };
  });
  const installed = bytesOf(graph, graph.keys());
  const baseBytes = bytesOf(graph, base);
  return {
    installed,
    download: packages.reduce((sum, { downloadSize = 0 }) => sum + downloadSize, 0),
    base: baseBytes,
    shared: installed - baseBytes - costs.reduce((sum, { ownBytes }) => sum + ownBytes, 0),
    costs: costs.sort((a, b) => b.ownBytes - a.ownBytes || (a.entry < b.entry ? -1 : 1)),
  };
}

/** The packages that an entry and other entries need, without the base: their names, and bytes on the disk. */
export function sharedOf(
  packages: readonly ResolvedPackage[],
  { names, own }: Cost,
): { readonly names: readonly string[]; readonly bytes: number } {
  const graph = graphOf(packages);
  const base = baseOf(packages, graph);
  const mine = new Set([...own, ...names]);
  const shared = [...reachableFrom(graph, names)].filter((name) => !base.has(name) && !mine.has(name));
  return { names: shared, bytes: bytesOf(graph, shared) };
}

/** The packages of the image that need this one directly. */
export function neededBy(packages: readonly ResolvedPackage[], name: string): string[] {
  return packages.filter(({ needs }) => needs.includes(name)).map((one) => one.name);
}

type Graph = ReadonlyMap<string, ResolvedPackage>;

const graphOf = (packages: readonly ResolvedPackage[]): Graph => new Map(packages.map((one) => [one.name, one]));

/** The packages of every image, with their dependencies. */
function baseOf(packages: readonly ResolvedPackage[], graph: Graph): Set<string> {
  return reachableFrom(
    graph,
    packages.filter(({ why }) => why === 'base').map(({ name }) => name),
  );
}

/** Entries with the packages that they mean. */
function entriesOf(packages: readonly ResolvedPackage[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, entry = name, why } of packages)
    if (why === 'named') found.set(entry, [...(found.get(entry) ?? []), name]);
  return found;
}

const SEVERAL = Symbol('several');

/** For each package outside the base: the only entry that needs it, or `SEVERAL`. */
function ownersOf(
  graph: Graph,
  entries: ReadonlyMap<string, readonly string[]>,
  base: ReadonlySet<string>,
): Map<string, string | typeof SEVERAL> {
  const owners = new Map<string, string | typeof SEVERAL>();
  for (const [entry, names] of entries) {
    const left = [...names];
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const owner = owners.get(name);
      // The dependencies of this package already have the same owner, or several.
      if (base.has(name) || !graph.has(name) || owner === entry || owner === SEVERAL) continue;
      owners.set(name, owner === undefined ? entry : SEVERAL);
      left.push(...(graph.get(name)?.needs ?? []));
    }
  }
  return owners;
}

/** Packages with all their dependencies. */
function reachableFrom(graph: Graph, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const left = [...names];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (found.has(name) || !graph.has(name)) continue;
    found.add(name);
    left.push(...(graph.get(name)?.needs ?? []));
  }
  return found;
}

function bytesOf(graph: Graph, names: Iterable<string>): number {
  let sum = 0;
  for (const name of names) sum += graph.get(name)?.installedSize ?? 0;
  return sum;
}
