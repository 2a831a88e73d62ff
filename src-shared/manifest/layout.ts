import { childElements, elementsAt, type ElementNode } from './tree';

/**
 * Which era's layout a manifest has (contract 7).
 *
 * - `A0` the first weeks of 2008: `live_img_params`, `finalizer/module`; readable, never valid
 * - `A`  until 2009-12: `output_image` and `build_area` in `img_params`; a built-in first step `im-pop`
 * - `B`  since: both in `distro_constr_params`, the publishers in `img_params`
 */
export type Layout = 'A0' | 'A' | 'B';

const AUTHORITIES = [
  'pkg_repo_default_authority',
  'pkg_repo_addl_authority',
  'post_install_repo_default_authority',
  'post_install_repo_addl_authority',
];

/** Detects the layout from where the parts lie. */
export function detectLayout(root: ElementNode): Layout {
  if (childElements(root, 'live_img_params').length > 0) return 'A0';
  const has = (parent: string, names: readonly string[]): boolean =>
    childElements(root, parent).some((element) => childElements(element).some(({ name }) => names.includes(name)));
  return has('img_params', ['output_image', 'build_area']) || has('distro_constr_params', AUTHORITIES) ? 'A' : 'B';
}

/** Paths of the parts of a manifest, below the root; `script` and `bootArchive` below an output image. */
export interface Parts {
  readonly image: string;
  readonly buildArea: string;
  readonly outputImage: string;
  readonly script: string;
  readonly authorities: string;
  readonly bootArchive: readonly string[];
}

/** Where the parts of a manifest lie in each layout. */
export function partsOf(layout: Layout): Parts {
  if (layout === 'B')
    return {
      image: 'img_params',
      buildArea: 'distro_constr_params/build_area',
      outputImage: 'distro_constr_params/output_image',
      script: 'finalizer/script',
      authorities: 'img_params',
      bootArchive: ['boot_archive'],
    };
  const image = layout === 'A' ? 'img_params' : 'live_img_params';
  return {
    image,
    buildArea: `${image}/${layout === 'A' ? 'build_area' : 'pkg_image_area'}`,
    outputImage: `${image}/output_image`,
    script: layout === 'A' ? 'finalizer/script' : 'finalizer/module',
    authorities: 'distro_constr_params',
    bootArchive: ['boot_archive', 'bootroot'],
  };
}

/** Returns the elements of the steps, over all output images. Layout A's built-in first step has none. */
export function stepElements(root: ElementNode): ElementNode[] {
  const { outputImage, script } = partsOf(detectLayout(root));
  return elementsAt(root, `${outputImage}/${script}`);
}

/** Old name, new name. A path beginning with one may be meant for the other. */
const ALIASES: readonly (readonly [string, string])[] = [
  ...AUTHORITIES.map((name) => [`distro_constr_params/${name}`, `img_params/${name}`] as const),
  ['img_params/build_area', 'distro_constr_params/build_area'],
  ['img_params/output_image', 'distro_constr_params/output_image'],
  ['output_image/bootroot', 'output_image/boot_archive'],
  ['img_params/bootroot_contents', 'img_params/boot_archive_contents'],
];

/** The other era's spellings of a nodepath, so that scripts of either era read manifests of the other (contract 7). */
export function aliasPaths(nodepath: string): string[] {
  const paths = new Set([nodepath.trim()]);
  for (const [old, recent] of ALIASES)
    for (const path of [...paths]) {
      paths.add(replacePart(path, old, recent));
      paths.add(replacePart(path, recent, old));
    }
  return [...paths].slice(1);
}

/** Replaces whole names of a path, once. */
function replacePart(path: string, from: string, to: string): string {
  const at = `/${path}`.indexOf(`/${from}`);
  const after = path.charAt(at + from.length);
  return at < 0 || !['', '/', '[', '='].includes(after) ? path : path.slice(0, at) + to + path.slice(at + from.length);
}
