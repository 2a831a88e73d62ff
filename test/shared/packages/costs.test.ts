import { describe, expect, it } from 'vitest';
import { comparePackages } from '../../../src-shared/packages/compare';
import { neededBy, sharedOf, sizesOf } from '../../../src-shared/packages/costs';
import type { ResolvedPackage } from '../../../src-shared/engine-answers/packages';
import { Random } from '../../support/random';

type Why = ResolvedPackage['why'];

const one = (name: string, why: Why, needs: readonly string[] = [], size = 1): ResolvedPackage => ({
  name,
  version: '1',
  why,
  needs: [...needs],
  installedSize: size,
  downloadSize: 2,
});

/** The packages that are no longer in the image without an entry, by removing it: slow and obviously right. */
function goneWithout(packages: readonly ResolvedPackage[], entry: string): string[] {
  const reach = (names: readonly string[]): Set<string> => {
    const found = new Set<string>();
    const left = [...names];
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      left.push(...(packages.find((other) => other.name === name)?.needs ?? []));
    }
    return found;
  };
  const roots = packages.filter(({ why }) => why !== 'pulled').map(({ name }) => name);
  const without = reach(roots.filter((name) => name !== entry));
  return [...reach(roots)].filter((name) => !without.has(name)).sort();
}

describe('what entries cost', () => {
  it('is what nothing else needs', () => {
    const packages = [
      one('base', 'base', ['libc']),
      one('libc', 'base', [], 10),
      one('vim', 'named', ['runtime', 'libc', 'gpm'], 3),
      one('runtime', 'pulled', [], 30),
      one('mc', 'named', ['gpm'], 4),
      one('gpm', 'pulled', [], 5),
    ];
    const sizes = sizesOf(packages);
    expect(sizes).toEqual({
      installed: 53,
      download: 12,
      base: 11,
      shared: 5,
      costs: [
        { entry: 'vim', names: ['vim'], own: ['vim', 'runtime'], ownBytes: 33 },
        { entry: 'mc', names: ['mc'], own: ['mc'], ownBytes: 4 },
      ],
    });
    const [vim] = sizes.costs;
    expect(vim && sharedOf(packages, vim)).toEqual({ names: ['gpm'], bytes: 5 });
    expect(neededBy(packages, 'gpm')).toEqual(['vim', 'mc']);
  });

  it('is nothing where another entry needs it anyway, and ends where needs go in circles', () => {
    const packages = [one('a', 'named', ['b']), one('b', 'named', ['c']), one('c', 'pulled', ['a'])];
    expect(sizesOf(packages).costs.map(({ entry, own }) => [entry, own])).toEqual([
      ['a', []],
      ['b', []],
    ]);
  });

  it('is, in any image, what is removed with the entry', () => {
    const random = new Random(7);
    for (let round = 0; round < 200; round++) {
      const count = 2 + random.below(14);
      const packages = Array.from({ length: count }, (_, at) => {
        const why: Why = at === 0 ? 'base' : random.next() < 0.3 ? 'named' : 'pulled';
        const needs = Array.from({ length: random.below(4) }, () => `p${random.below(count)}`);
        return one(
          `p${at}`,
          why,
          [...new Set(needs)].filter((name) => name !== `p${at}`),
        );
      });
      for (const { entry, own } of sizesOf(packages).costs)
        expect([...own].sort(), JSON.stringify(packages)).toEqual(goneWithout(packages, entry));
    }
  });
});

describe('two lists of packages', () => {
  it('differ by added, removed and changed packages', () => {
    const before = ['a 1', 'b 1', 'c 1'].map(read);
    const after = ['d 1', 'c 1', 'b 2'].map(read);
    expect(comparePackages(before, after)).toEqual({
      added: [read('d 1')],
      removed: [read('a 1')],
      changed: [{ name: 'b', before: '1', after: '2' }],
    });
  });
});

function read(line: string): { name: string; version: string } {
  const [name = '', version = ''] = line.split(' ');
  return { name, version };
}
