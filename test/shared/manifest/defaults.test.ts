import { describe, expect, it } from 'vitest';
import { applyDefaults } from '../../../src-shared/manifest/defaults';
import { queryNodepath } from '../../../src-shared/manifest/nodepath';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { elementsAt } from '../../../src-shared/manifest/tree';
import { fixture, load, loadEdited, NOW } from './support';

describe('applyDefaults', () => {
  it('leaves its input alone and marks what it adds', () => {
    const tree = parseManifest(fixture('virtual-machine'));
    const before = JSON.stringify(tree.root, (key, value) => (key === 'parent' ? undefined : (value as unknown)));
    const defaulted = applyDefaults(tree, { now: NOW });
    expect(JSON.stringify(tree.root, (key, value) => (key === 'parent' ? undefined : (value as unknown)))).toBe(before);
    expect(defaulted.root.attributes).toEqual([{ name: 'name', value: '20260203-0405', added: true }]);
    const [flags] = elementsAt(defaulted.root, 'distro_constr_params/distro_constr_flags');
    expect(flags?.added).toBe(true);
    expect(elementsAt(defaulted.root, 'img_params')).toEqual([]);
  });

  it('gives a layout B manifest the present defaults', () => {
    const { root } = loadEdited(
      'layout-b',
      '<hostname>harbour-1.example.org</hostname>',
      '<hostname> "" </hostname>',
    ).defaulted;
    const values = ['hostname', 'user/UID', 'user/homedir', 'root_user/directlogin', 'power_mgmt/enable'];
    expect(values.map((path) => queryNodepath(root, `img_params/${path}`))).toEqual([
      ['openindiana'],
      ['1000', '1001'],
      ['/export/home/mate', '/export/home/bosun'],
      ['false'],
      ['false'],
    ]);
  });

  it('gives a layout A manifest the defaults of its time and a bootroot', () => {
    const { root } = load(fixture('layout-a')).defaulted;
    const bootroot = 'img_params/output_image/bootroot';
    expect(queryNodepath(root, 'img_params/hostname')).toEqual(['opensolaris']);
    expect(queryNodepath(root, `${bootroot}/size_pad_mb`)).toEqual(['10']);
    expect(queryNodepath(root, `${bootroot}/compression/type`)).toEqual(['gzip']);
    expect(queryNodepath(root, 'distro_constr_params/post_install_repo_default_authority/main/url')).toEqual([
      'http://pkg.opensolaris.org/release',
    ]);
    expect(queryNodepath(root, 'img_params/rootpass')).toEqual([]);
  });

  it('gives each boot archive its own, and none to an image without', () => {
    const second =
      '<output_image><finalizer><script name="s"><checkpoint name="s"/></script></finalizer></output_image>';
    const third = '<output_image><boot_archive/></output_image>';
    const source = fixture('layout-b').replace('</output_image>', `</output_image>${second}${third}`);
    const { root } = load(source).defaulted;
    expect(queryNodepath(root, 'distro_constr_params/output_image/boot_archive/nbpi')).toEqual(['8192', '0']);
  });
});
