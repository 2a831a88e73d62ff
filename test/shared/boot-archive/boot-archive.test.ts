import { describe, expect, it } from 'vitest';
import { rulesAsText, rulesIn } from '../../../src-shared/boot-archive/clipboard';
import {
  addRules,
  moveRules,
  pathOfRule,
  removeRules,
  setCompress,
  setKind,
  setPath,
  setType,
} from '../../../src-shared/boot-archive/edits';
import { archivePath, archiveRules, pathFault } from '../../../src-shared/boot-archive/rules';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { applySplices, type Edit } from '../../../src-shared/manifest/splice';
import type { ManifestTree } from '../../../src-shared/manifest/tree';

const manifest = (inside: string, name = 'boot_archive_contents'): string => `<distribution name="h">
  <img_params>
    <${name}>
${inside}    </${name}>
  </img_params>
</distribution>
`;
const ETC = '      <base_include type="dir">etc</base_include>\n';
const LS =
  '      <!-- to look around -->\n      <base_include type="file" fiocompress="false">usr/bin/ls</base_include>\n';
const TMP = '      <base_exclude type="dir">etc/tmp</base_exclude>\n';
const ODD = '      <odd>kept</odd>\n      <adjustment add="x"/>\n';
const source = manifest(ETC + LS + TMP + ODD);

const edited = (text: string, make: (tree: ManifestTree) => Edit): string =>
  applySplices(text, make(parseManifest(text)).splices);
const rules = (text: string) => archiveRules(parseManifest(text));

describe('the rules of the boot archive', () => {
  it('are read in their order, in either era', () => {
    const expected = [
      { kind: 'include', type: 'dir', path: 'etc' },
      { kind: 'include', type: 'file', path: 'usr/bin/ls', compress: 'false' },
      { kind: 'exclude', type: 'dir', path: 'etc/tmp' },
    ];
    expect(rules(source)).toEqual(expected);
    const old = manifest(ETC + LS + TMP, 'bootroot_contents');
    expect(rules(old)).toEqual(expected);
    expect(archivePath(parseManifest(old))).toBe('img_params/bootroot_contents');
    expect(pathOfRule(parseManifest(source), 1)).toBe('img_params/boot_archive_contents/base_include[1]');
  });

  it('have a fault where the path leaves the image', () => {
    expect(['usr/lib', 'a/..b', 'lib/*/x'].map(pathFault)).toEqual([undefined, undefined, undefined]);
    for (const path of ['', '/etc', '../etc', 'usr/../..']) expect(pathFault(path), path).toBeTruthy();
  });
});

describe('an edit of the rules', () => {
  const lib = { kind: 'include', type: 'dir', path: 'lib' } as const;
  const LIB = '      <base_include type="dir">lib</base_include>\n';

  it('adds them at a place, or after the others and before what is unknown', () => {
    expect(edited(source, (tree) => addRules(tree, [lib], 0))).toBe(manifest(LIB + ETC + LS + TMP + ODD));
    expect(edited(source, (tree) => addRules(tree, [lib]))).toBe(manifest(ETC + LS + TMP + LIB + ODD));
    expect(rules(edited(manifest(ODD), (tree) => addRules(tree, [lib, lib])))).toEqual([lib, lib]);
    expect(rules(edited('<distribution name="x"/>', (tree) => addRules(tree, [lib, lib])))).toEqual([lib, lib]);
  });

  it('moves and removes them with their comments, whatever they are', () => {
    expect(edited(source, (tree) => moveRules(tree, [2, 1], 0))).toBe(manifest(LS + TMP + ETC + ODD));
    expect(edited(source, (tree) => moveRules(tree, [0], 3))).toBe(manifest(LS + TMP + ETC + ODD));
    expect(edited(source, (tree) => removeRules(tree, [1, 2]))).toBe(manifest(ETC + ODD));
  });

  it('changes what they do, what they are and where they lead', () => {
    expect(edited(source, (tree) => setKind(tree, [0, 1, 2], 'exclude'))).toBe(
      manifest(
        ETC.replaceAll('include', 'exclude') +
          LS.replaceAll('include', 'exclude').replace(' fiocompress="false"', '') +
          TMP +
          ODD,
      ),
    );
    expect(edited(source, (tree) => setType(tree, [1], 'dir'))).toBe(
      manifest(ETC + LS.replace('"file" fiocompress="false"', '"dir"') + TMP + ODD),
    );
    expect(edited(source, (tree) => setCompress(tree, [0, 1, 2], 'true'))).toBe(
      manifest(ETC + LS.replace('"false"', '"true"') + TMP + ODD),
    );
    expect(rules(edited(source, (tree) => setPath(tree, 0, 'opt & more')))[0]?.path).toBe('opt & more');
  });
});

describe('the clipboard', () => {
  it('has one rule a line, and takes them back', () => {
    const text = rulesAsText(rules(source));
    expect(text).toBe('etc/\nusr/bin/ls\n- etc/tmp/');
    expect(rulesIn(text).map(({ kind, path }) => [kind, path])).toEqual([
      ['include', 'etc'],
      ['include', 'usr/bin/ls'],
      ['exclude', 'etc/tmp'],
    ]);
  });

  it('takes paths of any list, and elements of a manifest', () => {
    expect(rulesIn('# modules\n\n/usr/lib/modules/*/kernel/drivers/ata\r\n  etc/fstab.conf\n+ lib/x.ko\n/\n')).toEqual([
      { kind: 'include', type: 'dir', path: 'usr/lib/modules/*/kernel/drivers/ata' },
      { kind: 'include', type: 'file', path: 'etc/fstab.conf' },
      { kind: 'include', type: 'file', path: 'lib/x.ko' },
    ]);
    expect(rulesIn(ETC + LS + TMP)).toEqual(rules(source));
    expect(rulesIn(`<boot_archive_contents>${TMP}</boot_archive_contents>`)).toEqual([
      { kind: 'exclude', type: 'dir', path: 'etc/tmp' },
    ]);
    expect(rulesIn('<base_include')).toEqual([]);
  });
});
