import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childPath } from '../../../src-shared/document/element-path';
import { addElement, moveAt, removeAt, setField } from '../../../src-shared/document/fields';
import { History } from '../../../src-shared/document/history';
import { packageLists, stepPaths } from '../../../src-shared/document/list-paths';
import { applySplices, type Edit } from '../../../src-shared/manifest/splice';
import { addStep, duplicateStep } from '../../../src-shared/document/steps';
import { loadManifest } from '../../../src-shared/manifest/load';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { decodeManifest } from '../../../src-shared/manifest/source';
import { childElements, type ElementNode, type ManifestTree } from '../../../src-shared/manifest/tree';
import { corpus } from '../../support/engine';
import { count } from '../../support/faults/count';
import { Random } from '../../support/random';

const manifests = join(corpus, 'manifests');
const files = existsSync(manifests)
  ? readdirSync(manifests, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'))
  : [];
const read = (file: string): string => decodeManifest(readFileSync(join(manifests, file)));
const parsable = files.filter((file) => {
  try {
    parseManifest(read(file));
    return true;
  } catch {
    return false;
  }
});

/** All elements and comments as one line each, sorted: what a move must not change. */
function content({ root, source }: ManifestTree): string[] {
  const lines: string[] = [];
  const visit = (element: ElementNode): void => {
    for (const child of element.children)
      if (child.kind === 'element') visit(child);
      else if (child.text.trim() !== '') lines.push(`${element.name}: ${child.text.trim()}`);
    lines.push(source.slice(element.openTag?.start, element.openTag?.end));
  };
  visit(root);
  return lines.sort();
}

const names = (tree: ManifestTree, paths: readonly string[]): string[] =>
  paths.map((path) => {
    const { start = 0, end = 0 } = elementOf(tree, path)?.range ?? {};
    return tree.source.slice(start, end);
  });
const elementOf = (tree: ManifestTree, path: string): ElementNode | undefined =>
  path.split('/').reduce<ElementNode | undefined>((at, part) => {
    const [, name = '', index = '0'] = /^([^[]+)(?:\[(\d+)\])?$/.exec(part) ?? [];
    return at && childElements(at, name)[Number(index)];
  }, tree.root);

describe.skipIf(files.length === 0)('a step dragged in every manifest of the corpus (skipped without it)', () => {
  it.each(parsable)('changes %s by that move and nothing else', (file) => {
    const source = read(file);
    const tree = parseManifest(source);
    const paths = stepPaths(tree);
    for (const [from, to] of [
      [0, paths.length],
      [paths.length - 1, 0],
      [1, Math.min(4, paths.length)],
    ] as const) {
      const path = paths[from];
      if (path === undefined || paths.length < 2) continue;
      const edit = moveAt(tree, [path], to, 'Move step');
      const after = applySplices(source, edit.splices);
      const moved = parseManifest(after);
      expect(content(moved)).toEqual(content(tree));
      const expected = names(tree, paths);
      const [element = ''] = expected.splice(from, 1);
      expected.splice(to > from ? to - 1 : to, 0, element);
      expect(names(moved, stepPaths(moved))).toEqual(expected);
      // The text removed at one place is inserted at one place, unchanged.
      const taken = edit.splices.filter(({ start, end }) => end > start);
      const put = edit.splices.filter(({ text }) => text !== '');
      expect(put.map(({ text }) => text)).toEqual(taken.map(({ start, end }) => source.slice(start, end)));
      expect(edit.splices.length).toBeLessThanOrEqual(2);
    }
  });
});

const sample = readFileSync(join(import.meta.dirname, '../../../resources/templates/tiny-linux/manifest.xml'), 'utf8');

describe('random edits', () => {
  const sources = [sample, ...parsable.slice(0, 6).map(read)];

  it.each(Array.from({ length: count(8, 24) }, (_, seed) => seed))(
    'are taken back by undo and repeated by redo (seed %i)',
    (seed) => {
      const random = new Random(seed);
      const texts = [sources[seed % sources.length] ?? sample];
      const history = new History();
      for (let round = 0; round < 40; round++) {
        const before = texts.at(-1) ?? '';
        const tree = parseManifest(before);
        const edit = randomEdit(random, tree);
        const after = applySplices(before, edit.splices);
        // After any edit the text is still XML and loads without an exception.
        loadManifest(after, { now: new Date(0) });
        if (after === before) continue;
        history.endGesture();
        history.record(edit.label, before, after, edit.gesture);
        expect(history.undoLabel).toBe(edit.label);
        texts.push(after);
      }
      let text = texts.at(-1) ?? '';
      for (const expected of texts.slice(0, -1).reverse()) expect((text = history.undo(text))).toBe(expected);
      expect(history.undoLabel).toBeUndefined();
      for (const expected of texts.slice(1)) expect((text = history.redo(text))).toBe(expected);
    },
  );
});

function randomEdit(random: Random, tree: ManifestTree): Edit {
  const { install, remove } = packageLists(tree);
  const steps = stepPaths(tree);
  const packages = childElements(elementOf(tree, install) ?? tree.root, 'pkg').length;
  const step = steps[random.below(steps.length)] ?? '';
  const value = ['', 'a', 'two words', `<&>"'`, 'ü\t\u{1f600}', ' \n'][random.below(6)] ?? '';
  switch (random.below(9)) {
    case 0:
      return moveAt(tree, [childPath(install, 'pkg', random.below(packages + 1))], random.below(packages + 1), 'Move');
    case 1:
      return moveAt(tree, [step], random.below(steps.length + 1), 'Move step');
    case 2:
      return removeAt(tree, [childPath(install, 'pkg', random.below(packages + 1))]);
    case 3:
      return addElement(tree, remove, { name: 'pkg', attributes: { name: value } });
    case 4:
      return setField(tree, 'img_params/hostname', undefined, value);
    case 5:
      return setField(tree, 'img_params/grub_menu_modifications/entry[1]/line', undefined, value);
    case 6:
      return addStep(tree, { name: 'n', message: value, script: 's' }, random.below(steps.length + 1));
    case 7:
      return duplicateStep(tree, step, 'copy');
    default:
      return setField(tree, `${step}/checkpoint`, 'message', random.below(2) === 0 ? undefined : value);
  }
}
