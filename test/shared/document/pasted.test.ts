import { describe, expect, it } from 'vitest';
import { hasSteps, packageNamesIn, pasteSteps, stepsAsText } from '../../../src-shared/document/pasted';
import { stepPaths } from '../../../src-shared/document/list-paths';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { applySplices } from '../../../src-shared/manifest/splice';

const manifest = (steps: string): string => `<distribution name="x">
  <distro_constr_params>
    <output_image>
      <finalizer>
${steps}      </finalizer>
    </output_image>
  </distro_constr_params>
</distribution>
`;
const A = `        <script name="scripts/a">
          <checkpoint name="a" message="A"/>
          <argslist>"one"</argslist>
        </script>
`;
const B = `        <script name="scripts/b">
          <checkpoint name="b" message="B"/>
        </script>
`;

describe('Copied packages', () => {
  it('are names in any form, each once', () => {
    expect(packageNamesIn('vim, nano\n# none\ncurl # why\nvim')).toEqual(['vim', 'nano', 'curl']);
  });

  it('are also elements of a manifest', () => {
    expect(packageNamesIn('<pkg name="vim"/>\n  <pkg name="nano" attrs="x"/>')).toEqual(['vim', 'nano']);
    expect(packageNamesIn('<packages><pkg name="vim"/></packages>')).toEqual(['vim']);
  });
});

describe('Copied steps', () => {
  const copy = (source: string, ...rows: readonly number[]): string => {
    const tree = parseManifest(source);
    return stepsAsText(
      tree,
      rows.flatMap((row) => stepPaths(tree)[row] ?? []),
    );
  };
  const paste = (source: string, text: string, before: number): string | undefined => {
    const tree = parseManifest(source);
    const pasted = pasteSteps(tree, text, before);
    return pasted && applySplices(source, pasted.edit.splices);
  };

  it('are pasted into another manifest as they were', () => {
    expect(paste(manifest(B), copy(manifest(A + B), 0), 0)).toBe(manifest(A + B));
    expect(paste(manifest(A), copy(manifest(A + B), 1), 1)).toBe(manifest(A + B));
  });

  it('get other names where the manifest has theirs', () => {
    const source = manifest(A + B);
    expect(paste(source, copy(source, 0), 1)).toBe(manifest(A + A.replace('name="a"', 'name="a-2"') + B));
    const both = paste(source, copy(source, 0, 1), 2);
    expect(both).toBe(manifest(A + B + A.replace('name="a"', 'name="a-2"') + B.replace('name="b"', 'name="b-2"')));
  });

  it('are none in another text', () => {
    for (const text of ['vim nano', '<pkg name="vim"/>', '<script name="x">', ''])
      expect([text, hasSteps(text), paste(manifest(A), text, 0)]).toEqual([text, false, undefined]);
  });
});
