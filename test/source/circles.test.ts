import { expect, it } from 'vitest';
import { circlesOf, importsBelow } from '../support/import-graph';

it.each(['src-shared', 'src-engine', 'src-main', 'src-renderer', 'tools'])(
  'Files and folders of %s do not import each other in a circle, by value or by type.',
  (folder) => {
    const imports = importsBelow(folder);
    expect(imports.length).toBeGreaterThan(5);
    expect(circlesOf(imports)).toEqual([]);
  },
);

it('A circle is found between files, between folders, and when only one side is a folder.', () => {
  const circle = (...pairs: [string, string][]): number => circlesOf(pairs.map(([from, to]) => ({ from, to }))).length;
  expect(circle(['a/x.ts', 'a/y.ts'], ['a/y.ts', 'a/x.ts'])).toBe(1);
  expect(circle(['a/x.ts', 'b/y.ts'], ['b/z.ts', 'a/w.ts'])).toBe(1);
  expect(circle(['a/b/x.ts', 'a/y.ts'], ['a/y.ts', 'a/b/z.ts'])).toBe(1);
  expect(circle(['a/b/x.ts', 'a/y.ts'], ['a/z.ts', 'a/b/x.ts'])).toBe(0);
});
