import { childElements, type ElementNode, type ManifestTree } from '../manifest/tree';

/**
 * Where an element is: names from below the root, each with its number among the siblings of that name when it is not the first:
 * `img_params/user[1]/homedir`. Unlike a node it stays valid when the text is parsed again. Empty for the root.
 */
export type ElementPath = string;

interface Part {
  readonly name: string;
  readonly index: number;
}

/** The element at a path, or `undefined`. */
export function elementAt(tree: ManifestTree, path: ElementPath): ElementNode | undefined {
  let at: ElementNode | undefined = tree.root;
  for (const { name, index } of partsOfPath(path)) at = at && childElements(at, name)[index];
  return at;
}

/** The path of an element. */
export function pathOf(element: ElementNode): ElementPath {
  const { parent, name } = element;
  if (!parent) return '';
  return childPath(pathOf(parent), name, childElements(parent, name).indexOf(element));
}

/** The path of a child. */
export function childPath(parent: ElementPath, name: string, index = 0): ElementPath {
  const part = index === 0 ? name : `${name}[${index}]`;
  return parent === '' ? part : `${parent}/${part}`;
}

/** The path without its last part, and that part. */
export function splitPath(path: ElementPath): {
  readonly parent: ElementPath;
  readonly name: string;
  readonly index: number;
} {
  const cut = path.lastIndexOf('/');
  const [part] = partsOfPath(path.slice(cut + 1));
  return { parent: cut < 0 ? '' : path.slice(0, cut), name: part?.name ?? '', index: part?.index ?? 0 };
}

function partsOfPath(path: ElementPath): Part[] {
  if (path === '') return [];
  return path.split('/').map((part) => {
    const [, name, index] = /^([^[]+)(?:\[(\d+)\])?$/.exec(part) ?? [];
    return { name: name ?? part, index: Number(index ?? 0) };
  });
}
