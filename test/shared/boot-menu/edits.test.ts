import { describe, expect, it } from 'vitest';
import {
  addEntry,
  duplicateEntry,
  moveEntry,
  removeEntry,
  setDefault,
  setLines,
  setOptions,
} from '../../../src-shared/boot-menu/edits';
import {
  defaultEntry,
  entryPath,
  ORIGINAL_RULE,
  readMenu,
  shownEntries,
  TEMPLATE_RULE,
  type MenuRule,
} from '../../../src-shared/boot-menu/menu';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { applySplices, type Edit } from '../../../src-shared/manifest/splice';
import type { ManifestTree } from '../../../src-shared/manifest/tree';

const manifest = (entries: string, standard = 0): string => `<distribution name="h">
  <img_params>
    <grub_menu_modifications>
      <title>H</title>
      <default_entry>${standard}</default_entry>
      <!-- Unknown content stays. -->
      <colour>blue</colour>
${entries}    </grub_menu_modifications>
  </img_params>
</distribution>
`;
const entry = (suffix: string, position?: number): string => `      <!-- about ${suffix} -->
      <entry${position === undefined ? '' : ` position="${position}"`}>
        <title_suffix>${suffix}</title_suffix>
        <line>linux $kernel $options</line>
        <line>initrd $initrd</line>
      </entry>
`;
const placed = manifest(entry('a', 1) + entry('b', 2) + entry('c', 5));

function edited(source: string, make: (tree: ManifestTree) => Edit): string {
  const { splices } = make(parseManifest(source));
  expect(splices.length).toBeLessThanOrEqual(1);
  return applySplices(source, splices);
}
const suffixes = (source: string, rule: MenuRule = TEMPLATE_RULE): string[] =>
  shownEntries(readMenu(parseManifest(source), rule)).map(({ suffix }) => suffix);
const standard = (source: string): string | undefined =>
  defaultEntry(readMenu(parseManifest(source), TEMPLATE_RULE))?.suffix;

describe('moving an entry', () => {
  it('exchanges the positions, and nothing else changes', () => {
    const after = edited(placed, (tree) => moveEntry(tree, TEMPLATE_RULE, 2, 1));
    expect(suffixes(after)).toEqual(['', 'c', 'a', 'b']);
    expect(after.replaceAll(/position="\d"/g, '')).toBe(placed.replaceAll(/position="\d"/g, ''));
  });

  it('moves the element with its comment where entries have no position', () => {
    const after = edited(manifest(entry('a') + entry('b') + entry('c')), (tree) =>
      moveEntry(tree, TEMPLATE_RULE, 0, 4),
    );
    expect(after).toBe(manifest(entry('b') + entry('c') + entry('a')));
  });

  it('leaves the order that was asked for, whatever positions there were', () => {
    const kinds = [1, 2, undefined, 2, undefined];
    for (let first = 0; first < kinds.length; first++)
      for (const rule of [TEMPLATE_RULE, ORIGINAL_RULE]) {
        const source = manifest(kinds.map((_, at) => entry(`e${at}`, kinds[(at + first) % kinds.length])).join(''));
        const before = readMenu(parseManifest(source), rule).entries;
        for (const one of before)
          for (let to = rule === TEMPLATE_RULE ? 1 : 0; to <= before.length; to++) {
            if (one.index === undefined) continue;
            const rest = before.filter((other) => other !== one);
            const place = to > before.indexOf(one) ? to - 1 : to;
            const wanted = [...rest.slice(0, place), one, ...rest.slice(place)];
            const after = edited(source, (tree) => moveEntry(tree, rule, one.index ?? 0, to));
            expect(suffixes(after, rule), `${one.suffix} to ${to}`).toEqual(wanted.map(({ suffix }) => suffix));
          }
      }
  });

  it('keeps the default with its entry', () => {
    const after = edited(manifest(entry('a', 1) + entry('b', 2), 1), (tree) => moveEntry(tree, TEMPLATE_RULE, 0, 3));
    expect(suffixes(after)).toEqual(['', 'b', 'a']);
    expect(standard(after)).toBe('a');
    expect(after).toContain('<default_entry>2<');
  });

  it('changes nothing to the place where the entry is', () => {
    for (const to of [1, 2]) expect(moveEntry(parseManifest(placed), TEMPLATE_RULE, 0, to).splices).toEqual([]);
  });
});

describe('adding, copying and removing', () => {
  it('adds an entry as the last one, with a title of its own', () => {
    const one = edited(placed, (tree) => addEntry(tree, TEMPLATE_RULE));
    const two = edited(one, (tree) => addEntry(tree, TEMPLATE_RULE));
    expect(suffixes(two)).toEqual(['', 'a', 'b', 'c', '(new entry)', '(new entry 2)']);
    expect(two).toContain('<entry position="6">');
    expect(edited('<distribution name="x"/>', (tree) => addEntry(tree, TEMPLATE_RULE))).toContain(
      '<line>initrd $initrd',
    );
  });

  it('copies an entry to the place after it', () => {
    const after = edited(placed, (tree) => duplicateEntry(tree, TEMPLATE_RULE, 0));
    expect(suffixes(after)).toEqual(['', 'a', 'a 2', 'b', 'c']);
    const original = { ...ORIGINAL_RULE };
    expect(
      suffixes(
        edited(placed, (tree) => duplicateEntry(tree, original, 0)),
        original,
      ),
    ).toContain('a 2');
  });

  it('removes an entry with its comment, and the default stays or becomes the first', () => {
    const source = manifest(entry('a', 1) + entry('b', 2), 2);
    const after = edited(source, (tree) => removeEntry(tree, TEMPLATE_RULE, 0));
    expect(after).toBe(manifest(entry('b', 2), 1));
    expect(edited(source, (tree) => removeEntry(tree, TEMPLATE_RULE, 1))).toBe(manifest(entry('a', 1), 0));
  });

  it('leaves a default alone that no entry has, and one that counts unknown entries', () => {
    const odd = manifest(entry('a', 1) + entry('b', 2), 9);
    expect(edited(odd, (tree) => removeEntry(tree, TEMPLATE_RULE, 0))).toContain('<default_entry>9<');
    const counted = manifest(entry('a', 1) + entry('b', 2), 1);
    expect(edited(counted, (tree) => removeEntry(tree, ORIGINAL_RULE, 0))).toContain('<default_entry>1<');
  });
});

describe('writing', () => {
  it('sets the default and creates it where it is missing', () => {
    expect(edited('<distribution name="x"/>', (tree) => setDefault(tree, 2))).toContain(
      '<default_entry>2</default_entry>',
    );
  });

  it('writes options so that the step gets their quotes', () => {
    const after = edited(placed, (tree) => setOptions(tree, entryPath(tree, 0), ['toram', 'a="b c"']));
    expect(after).toContain('<line>linux $kernel $options toram a=\\"b c\\"</line>');
    const [, own] = readMenu(parseManifest(after), TEMPLATE_RULE).entries;
    expect(own?.lines[0]).toBe('linux $kernel $options toram a="b c"');
  });

  it('changes, adds and removes lines', () => {
    const lines = (source: string): readonly string[] =>
      readMenu(parseManifest(source), TEMPLATE_RULE).entries[1]?.lines ?? [];
    const write = (source: string, ...wanted: string[]): string =>
      edited(source, (tree) => setLines(tree, entryPath(tree, 0), wanted));
    const more = write(placed, 'insmod part_gpt', 'set root=(hd0)', 'chainloader +1');
    expect(lines(more)).toEqual(['insmod part_gpt', 'set root=(hd0)', 'chainloader +1']);
    expect(lines(write(more, 'reboot'))).toEqual(['reboot']);
    expect(write(more, 'linux $kernel $options', 'initrd $initrd')).toBe(placed);
    expect(write(placed)).toContain('<line></line>');
  });
});
