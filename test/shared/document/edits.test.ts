import { describe, expect, it } from 'vitest';
import { addElement, addElements, moveAt, removeAt, setField } from '../../../src-shared/document/fields';
import { stepPaths } from '../../../src-shared/document/list-paths';
import { applySplices, type Edit } from '../../../src-shared/manifest/splice';
import { addStep, duplicateStep, joinArguments, setArguments } from '../../../src-shared/document/steps';
import { splitArgslist } from '../../../src-shared/manifest/argslist';
import { parseManifest } from '../../../src-shared/manifest/parse';
import type { ManifestTree } from '../../../src-shared/manifest/tree';

const edited = (source: string, edit: (tree: ManifestTree) => Edit): string =>
  applySplices(source, edit(parseManifest(source)).splices);

const packages = (inside: string): string =>
  `<distribution name="x">\n  <img_params>\n    <packages>${inside}</packages>\n  </img_params>\n</distribution>\n`;
const at = (index: number): string => `img_params/packages/pkg[${index}]`;

describe('moving', () => {
  const list = packages(`
      <!-- the kernel -->
      <pkg name="a"/>
      <pkg name="b"/> <!-- why b -->

      <!-- tools -->

      <pkg name="c"/>
    `);

  it('takes the comments of an element along and leaves those above a blank line', () => {
    expect(edited(list, (tree) => moveAt(tree, [at(0)], 3, 'Move'))).toBe(
      packages(`
      <pkg name="b"/> <!-- why b -->

      <!-- tools -->

      <pkg name="c"/>
      <!-- the kernel -->
      <pkg name="a"/>
    `),
    );
    expect(edited(list, (tree) => moveAt(tree, [at(1)], 0, 'Move'))).toBe(
      packages(`
      <pkg name="b"/> <!-- why b -->
      <!-- the kernel -->
      <pkg name="a"/>

      <!-- tools -->

      <pkg name="c"/>
    `),
    );
  });

  it('keeps the order of several elements', () => {
    const moved = edited(list, (tree) => moveAt(tree, [at(2), at(0)], 2, 'Move'));
    expect([...moved.matchAll(/pkg name="(.)"/g)].map((match) => match[1])).toEqual(['b', 'a', 'c']);
  });

  it('changes nothing when the elements are in their place already', () => {
    const { splices } = moveAt(parseManifest(list), [at(0), at(1)], 1, 'Move');
    expect(splices).toEqual([]);
  });

  it('works on one line and with CRLF', () => {
    expect(edited(packages('<pkg name="a"/><pkg name="b"/>'), (tree) => moveAt(tree, [at(1)], 0, 'Move'))).toBe(
      packages('<pkg name="b"/><pkg name="a"/>'),
    );
    const crlf = list.replaceAll('\n', '\r\n');
    expect(edited(crlf, (tree) => moveAt(tree, [at(0)], 3, 'Move'))).toBe(
      edited(list, (tree) => moveAt(tree, [at(0)], 3, 'Move')).replaceAll('\n', '\r\n'),
    );
  });
});

describe('adding', () => {
  it('indents as the siblings are', () => {
    const list = packages('\n\t<pkg name="a"/>\n');
    const result = edited(list, (tree) =>
      addElements(tree, 'img_params/packages', [{ name: 'pkg', attributes: { name: 'b & "c"' } }], undefined, 'Add'),
    );
    expect(result).toBe(packages('\n\t<pkg name="a"/>\n\t<pkg name="b &amp; &quot;c&quot;"/>\n'));
  });

  it('opens a parent that closes itself, and keeps a comment that is alone in it', () => {
    const closed = '<distribution name="x">\n  <key_value_pairs/>\n</distribution>';
    const pair = { name: 'pair', attributes: { key: 'k', value: 'v' } };
    expect(edited(closed, (tree) => addElement(tree, 'key_value_pairs', pair))).toBe(
      '<distribution name="x">\n  <key_value_pairs>\n    <pair key="k" value="v"/>\n  </key_value_pairs>\n</distribution>',
    );
    const commented = closed.replace('<key_value_pairs/>', '<key_value_pairs>\n    <!-- c -->\n  </key_value_pairs>');
    expect(edited(commented, (tree) => addElement(tree, 'key_value_pairs', pair))).toBe(
      '<distribution name="x">\n  <key_value_pairs>\n    <!-- c -->\n    <pair key="k" value="v"/>\n  </key_value_pairs>\n</distribution>',
    );
  });

  it('adds missing parents, in the order of the grammar', () => {
    const bare = '<distribution name="x">\n  <key_value_pairs/>\n</distribution>';
    expect(edited(bare, (tree) => setField(tree, 'img_params/grub_menu_modifications/timeout', undefined, '5'))).toBe(
      '<distribution name="x">\n  <img_params>\n    <grub_menu_modifications>\n      <timeout>5</timeout>\n    </grub_menu_modifications>\n  </img_params>\n  <key_value_pairs/>\n</distribution>',
    );
  });
});

describe('editing a field', () => {
  const one = (field: string): string => `<distribution name='x'><img_params>${field}</img_params></distribution>`;

  it('changes only the value, in the quotes that are there', () => {
    expect(edited(one(''), (tree) => setField(tree, '', 'name', `it's <"a">`))).toBe(
      one('').replace("'x'", `'it&apos;s &lt;"a">'`),
    );
    expect(
      edited(one('<hostname>\n  old <!-- c -->\n</hostname>'), (tree) =>
        setField(tree, 'img_params/hostname', undefined, 'new & <b>'),
      ),
    ).toBe(one('<hostname>\n  new &amp; &lt;b> <!-- c -->\n</hostname>'));
  });

  it('takes an attribute away with the blank before it, and adds one last', () => {
    const user = one('<user username="a"  GID="1" />');
    expect(edited(user, (tree) => setField(tree, 'img_params/user', 'GID', undefined))).toBe(
      one('<user username="a" />'),
    );
    expect(edited(user, (tree) => setField(tree, 'img_params/user', 'UID', '7'))).toBe(
      one('<user username="a"  GID="1" UID="7" />'),
    );
  });

  it('changes nothing when the value is the same', () => {
    expect(setField(parseManifest(one('')), '', 'name', 'x').splices).toEqual([]);
  });
});

describe('editing steps', () => {
  const source = `<distribution name="x">
  <distro_constr_params>
    <output_image>
      <finalizer>
        <script name="a">
          <checkpoint name="one" message="One"/>
          <argslist>"x" "y"</argslist>
        </script>
        <!-- the second -->
        <script name="b">
          <checkpoint name="two" message="Two"/>
        </script>
      </finalizer>
    </output_image>
  </distro_constr_params>
</distribution>
`;
  const [first = '', second = ''] = stepPaths(parseManifest(source));

  it('adds one before another, whose comment stays with it', () => {
    const result = edited(source, (tree) => addStep(tree, { name: 'new', message: 'New', script: 'scripts/new' }, 1));
    expect(result).toBe(
      source.replace(
        '        <!-- the second -->\n',
        '        <script name="scripts/new">\n          <checkpoint name="new" message="New"/>\n        </script>\n        <!-- the second -->\n',
      ),
    );
  });

  it('duplicates under a new name and removes with what belongs to it', () => {
    const result = edited(source, (tree) => duplicateStep(tree, first, 'one-2'));
    expect(stepPaths(parseManifest(result))).toHaveLength(3);
    expect(result).toContain(`        <script name="a">
          <checkpoint name="one-2" message="One"/>
          <argslist>"x" "y"</argslist>
        </script>
        <!-- the second -->`);
    expect(edited(source, (tree) => removeAt(tree, [second]))).not.toContain('the second');
  });

  it('writes arguments and takes an empty argslist away', () => {
    expect(edited(source, (tree) => setArguments(tree, first, ''))).not.toContain('argslist');
    expect(edited(source, (tree) => setArguments(tree, second, '"p" "q"'))).toContain(
      '<checkpoint name="two" message="Two"/>\n          <argslist>"p" "q"</argslist>',
    );
  });

  it.each([[['a b']], [['a', 'b c']], [["it's", 'say "x"']], [[`both ' and "`, 'x']], [['c:\\dir']], [['/dev', '-v']]])(
    'joins %j so that it is split again',
    (args) => {
      expect(splitArgslist(joinArguments(args) ?? '')).toEqual(args);
    },
  );

  it('reports an edit that the format cannot contain', () => {
    expect(joinArguments(['a', ''])).toBeUndefined();
    expect(joinArguments(['a\\', 'b'])).toBeUndefined();
  });
});
