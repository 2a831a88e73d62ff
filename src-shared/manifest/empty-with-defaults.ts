import { applyDefaults } from './defaults';
import { detectLayout } from './layout';
import { parseManifest } from './parse';
import { elementsAt, type ManifestTree } from './tree';

/** Manifests without settings; the defaults of a boot archive need one. */
const EMPTY = {
  old: '<distribution name="x"><distro_constr_params/><img_params><output_image><boot_archive/></output_image>',
  current:
    '<distribution name="x"><distro_constr_params><output_image><boot_archive/></output_image></distro_constr_params><img_params>',
};
const known = new Map<string, ManifestTree>();

/** Returns the defaults of the format (contract 6.3) for a manifest of the same layout without settings. */
export function emptyWithDefaults({ root }: ManifestTree): ManifestTree {
  // Whether root may log in directly depends on whether there are users.
  const user = elementsAt(root, 'img_params/user').length > 0 ? '<user/>' : '';
  const start = detectLayout(root) === 'B' ? EMPTY.current : EMPTY.old;
  const source = `${start}${user}</img_params></distribution>`;
  const there = known.get(source);
  if (there) return there;
  const tree = applyDefaults(parseManifest(source), { now: new Date(0) });
  known.set(source, tree);
  return tree;
}
