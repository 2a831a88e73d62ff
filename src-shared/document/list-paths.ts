import { detectLayout, partsOf } from '../manifest/layout';
import type { ManifestTree } from '../manifest/tree';
import { childPath, elementAt, type ElementPath } from './element-path';

/** Where the two package lists are. */
export function packageLists(tree: ManifestTree): { readonly install: ElementPath; readonly remove: ElementPath } {
  const { image } = partsOf(detectLayout(tree.root));
  return { install: `${image}/packages`, remove: `${image}/post_install_remove_packages` };
}

/** Where the steps are: the finalizer of the first output image, and what a step's element is called. */
export function stepList(tree: ManifestTree): {
  readonly parent: ElementPath;
  readonly name: string;
  readonly builtIn: number;
} {
  const layout = detectLayout(tree.root);
  const { outputImage, script } = partsOf(layout);
  const cut = script.lastIndexOf('/');
  return {
    parent: `${outputImage}/${script.slice(0, cut)}`,
    name: script.slice(cut + 1),
    builtIn: layout === 'A' ? 1 : 0,
  };
}

/** The paths of the steps in the order in which they run, over all output images. */
export function stepPaths(tree: ManifestTree): ElementPath[] {
  const { outputImage, script } = partsOf(detectLayout(tree.root));
  const walk = (at: ElementPath, names: readonly string[]): ElementPath[] => {
    const [name, ...rest] = names;
    if (name === undefined) return [at];
    const found: ElementPath[] = [];
    for (let index = 0; elementAt(tree, childPath(at, name, index)); index++)
      found.push(...walk(childPath(at, name, index), rest));
    return found;
  };
  return walk('', [...outputImage.split('/'), ...script.split('/')]);
}
