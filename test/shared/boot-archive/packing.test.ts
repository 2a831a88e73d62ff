import { describe, expect, it } from 'vitest';
import { compressionAt, removeProfile, setAdjustment, setCompression } from '../../../src-shared/boot-archive/packing';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { applySplices, type Edit } from '../../../src-shared/manifest/splice';
import type { ManifestTree } from '../../../src-shared/manifest/tree';

const ARCHIVE = 'distro_constr_params/output_image/boot_archive';
const manifest = (inside: string): string => `<distribution name="x">
  <distro_constr_params>
    <output_image>
      <boot_archive>
        <size_pad_mb>0</size_pad_mb>${inside}
      </boot_archive>
    </output_image>
  </distro_constr_params>
</distribution>
`;
const edited = (source: string, edit: (tree: ManifestTree) => Edit): string =>
  applySplices(source, edit(parseManifest(source)).splices);

describe('the compression of an archive', () => {
  const path = `${ARCHIVE}/compression`;
  const bare = manifest('');
  const gzip = manifest('\n        <compression type="gzip" level="9"/>');

  it('is written with both of its values, whichever is set first, and removed as a whole', () => {
    expect(edited(bare, (tree) => setCompression(tree, path, { type: 'gzip' }))).toBe(gzip);
    expect(edited(bare, (tree) => setCompression(tree, path, { level: '3' }))).toBe(gzip.replace('"9"', '"3"'));
    expect(edited(gzip, (tree) => setCompression(tree, path, undefined))).toBe(bare);
    expect(compressionAt(parseManifest(bare), path)).toBeUndefined();
    expect(compressionAt(parseManifest(gzip), path)).toEqual({ type: 'gzip', level: '9' });
  });

  it('changes one value in place, and completes an element that lacks one', () => {
    expect(edited(gzip, (tree) => setCompression(tree, path, { type: 'none' }))).toBe(gzip.replace('"gzip"', '"none"'));
    const half = gzip.replace(' level="9"', '');
    expect(edited(half, (tree) => setCompression(tree, path, { type: 'none' }))).toBe(gzip.replace('"gzip"', '"none"'));
  });
});

it('The last service profile goes with its list, which must not be empty.', () => {
  const list = `${ARCHIVE}/smf_service_profile`;
  const profile = '\n          <profile path="a"/>';
  const with2 = manifest(`\n        <smf_service_profile>${profile}${profile}\n        </smf_service_profile>`);
  const with1 = with2.replace(profile, '');
  expect(edited(with2, (tree) => removeProfile(tree, list, 0))).toBe(with1);
  expect(edited(with1, (tree) => removeProfile(tree, list, 0))).toBe(manifest(''));
});

it('An adjustment keeps its path when it does something else.', () => {
  const source = manifest('\n        <adjustment add="a/b" />');
  const deleted = source.replace('add=', 'delete=');
  expect(edited(source, (tree) => setAdjustment(tree, `${ARCHIVE}/adjustment`, 'delete'))).toBe(deleted);
  expect(edited(deleted, (tree) => setAdjustment(tree, `${ARCHIVE}/adjustment`, 'add'))).toBe(source);
});
