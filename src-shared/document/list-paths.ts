import { detectLayout, partsOf } from '../manifest/layout';
import type { ManifestTree } from '../manifest/tree';
import { childPath, elementAt, type ElementPath } from './element-path';

/** Returns the paths of the two package lists. */
export function packageLists(tree: ManifestTree): { readonly install: ElementPath; readonly remove: ElementPath } {
  const { image } = partsOf(detectLayout(tree.root));
  return { install: `${image}/packages`, remove: `${image}/post_install_remove_packages` };
}

/** Returns the path of the steps' parent (the finalizer of the first output image) and the name of a step's element. */
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

/** Returns the paths of the steps in build order, over all output images. */
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
