// The size budget as edits of a manifest, and the fixes that are offered when a file is over it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { budgetFixes, budgetOf, overBudget, setBudget } from '../../../src-shared/outputs/budget';
import { switchOn } from '../../../src-shared/outputs/switch';
import { loadManifest } from '../../../src-shared/manifest/load';
import { applySplices, type Edit } from '../../../src-shared/manifest/splice';
import { formatNamed } from '../../support/output-formats';

const live = readFileSync(join(import.meta.dirname, '../../../resources/templates/debian-live/manifest.xml'), 'utf8');
const MIB = 2 ** 20;
const load = (source: string) => loadManifest(source, { now: new Date(0) });
const after = (source: string, edit: (loaded: ReturnType<typeof load>) => Edit): string =>
  applySplices(source, edit(load(source)).splices);
const steps = (source: string): string[] => load(source).manifest.steps.map(({ name }) => name);

describe('the size budget', () => {
  it('is a step that comes last and a value that it reads; without it both are gone', () => {
    const limited = after(live, (loaded) => setBudget(loaded, 256));
    expect(steps(limited)).toEqual([...steps(live), 'budget']);
    expect(budgetOf(load(limited))).toEqual({ megabytes: 256 });
    expect(after(limited, (loaded) => setBudget(loaded, 300))).toBe(limited.replace('"256"', '"300"'));
    expect(after(limited, (loaded) => setBudget(loaded, undefined))).toBe(live);
    expect(budgetOf(load(live))).toBeUndefined();
  });

  it('is checked after outputs that are added later', () => {
    const limited = after(live, (loaded) => setBudget(loaded, 256));
    expect(steps(after(limited, (loaded) => switchOn(loaded, formatNamed('qcow2')))).slice(-4)).toEqual([
      'disk',
      'qcow2',
      'hygiene',
      'budget',
    ]);
  });
});

describe('fixes of a file over the budget', () => {
  const limited = after(live, (loaded) => setBudget(loaded, 256));
  const files = [
    { format: formatNamed('iso'), size: 224.6 * MIB },
    { format: formatNamed('usb'), size: 288.6 * MIB },
  ];

  it('raise the budget, use less spare space, or limit only the others', () => {
    const fixes = budgetFixes(load(limited), files);
    expect(fixes.map(({ title }) => title)).toEqual([
      'Raise to 289 MiB',
      'Reduce spare space to 31 MiB',
      'Limit only Hybrid ISO',
    ]);
    for (const { edit, title } of fixes) {
      const fixed = load(applySplices(limited, edit.splices));
      const sizes = title.startsWith('Reduce') ? [224.6, 255.6] : [224.6, 288.6];
      const budget = budgetOf(fixed);
      const over = files.map((one, at) => budget && overBudget(budget, one.format, (sizes[at] ?? 0) * MIB));
      expect(
        over.every((bytes) => bytes === undefined || bytes <= 0),
        title,
      ).toBe(true);
    }
  });

  it('do not offer spare space that is not there, and are none within the budget', () => {
    const large = [{ format: formatNamed('usb'), size: 400 * MIB }];
    expect(budgetFixes(load(limited), large).map(({ title }) => title)).toEqual(['Raise to 400 MiB']);
    expect(budgetFixes(load(limited), files.slice(0, 1))).toEqual([]);
    expect(budgetFixes(load(live), files)).toEqual([]);
  });
});
