import { addElement, addElements, elementXml, type NewElement } from '../document/fields';
import { inTurn } from '../document/in-turn';
import { elementAt, pathOf } from '../document/element-path';
import { setAttribute, setText } from '../document/values';
import { plural } from '../format';
import { insertElements, moveElements, removeElements } from '../manifest/element-edits';
import type { Edit, Splice } from '../manifest/splice';
import { childElements, type ElementNode, type ManifestTree } from '../manifest/tree';
import { archivePath, ELEMENT, ruleElements, ruleOf, type ArchiveRule } from './rules';

/** Adds rules before the one at `before`, else last. */
export function addRules(tree: ManifestTree, rules: readonly ArchiveRule[], before?: number): Edit {
  const label = `Add ${plural(rules.length, 'boot archive rule')}`;
  const elements = rules.map(newElement);
  const parent = elementAt(tree, archivePath(tree));
  if (elements.length === 0) return { label, splices: [] };
  if (!parent)
    return inTurn(tree, label, ...elements.map((one) => (now: ManifestTree) => addElement(now, archivePath(now), one)));
  const there = ruleElements(tree);
  const last = there.at(-1);
  if (!last) return addElements(tree, archivePath(tree), elements, undefined, label);
  const siblings = childElements(parent);
  const place = there[before ?? there.length] ?? siblings[siblings.indexOf(last) + 1];
  return {
    label,
    splices: insertElements(
      tree,
      parent,
      place,
      elements.map((one) => elementXml(tree, one)),
    ),
  };
}

function newElement({ kind, type, path, compress }: ArchiveRule): NewElement {
  return {
    name: ELEMENT[kind],
    attributes: {
      type: type ?? 'file',
      ...(compress !== undefined && kind === 'include' && type === 'file' && { fiocompress: compress }),
    },
    text: path,
  };
}

/** Removes rules. */
export function removeRules(tree: ManifestTree, indices: readonly number[]): Edit {
  return {
    label: `Remove ${plural(indices.length, 'boot archive rule')}`,
    splices: removeElements(tree, chosen(tree, indices)),
  };
}

/** Moves rules before the one that is at `to` now; to the end when `to` is their count. */
export function moveRules(tree: ManifestTree, indices: readonly number[], to: number): Edit {
  const label = `Move ${plural(indices.length, 'boot archive rule')}`;
  const all = ruleElements(tree);
  const moved = chosen(tree, indices);
  let at = to;
  for (let one = all[at]; one && moved.includes(one); one = all[at]) at++;
  const last = all.at(-1);
  const siblings = last?.parent ? childElements(last.parent) : [];
  const before = all[at] ?? (last && siblings[siblings.indexOf(last) + 1]);
  return { label, splices: moveElements(tree, moved, before) };
}

/** Changes what rules do. An exclusion has no compression. */
export function setKind(tree: ManifestTree, indices: readonly number[], kind: ArchiveRule['kind']): Edit {
  const label = `${kind === 'include' ? 'Include' : 'Exclude'} ${plural(indices.length, 'path')}`;
  const splices = chosen(tree, indices).flatMap((element): Splice[] => {
    const { name, openTag, closeTag } = element;
    if (name === ELEMENT[kind] || !openTag) return [];
    const renamed = (start: number): Splice => ({ start, end: start + name.length, text: ELEMENT[kind] });
    return [
      renamed(openTag.start + 1),
      ...(closeTag ? [renamed(closeTag.start + 2)] : []),
      ...(kind === 'exclude' ? setAttribute(tree, element, 'fiocompress', undefined) : []),
    ];
  });
  return { label, splices };
}

/** Changes whether rules mean files or folders. Folders have no compression. */
export function setType(tree: ManifestTree, indices: readonly number[], type: 'file' | 'dir'): Edit {
  const label = `Make ${plural(indices.length, 'path')} ${type === 'file' ? 'files' : 'folders'}`;
  const splices = chosen(tree, indices).flatMap((element) => [
    ...setAttribute(tree, element, 'type', type),
    ...(type === 'dir' ? setAttribute(tree, element, 'fiocompress', undefined) : []),
  ]);
  return { label, splices };
}

/** Changes whether files are compressed; `undefined` removes the mark. Only included files have it. */
export function setCompress(tree: ManifestTree, indices: readonly number[], compress: string | undefined): Edit {
  const splices = chosen(tree, indices).flatMap((element) => {
    const { kind, type } = ruleOf(element);
    return kind === 'include' && type === 'file' ? setAttribute(tree, element, 'fiocompress', compress) : [];
  });
  return { label: 'Change compression of files', splices };
}

/** Changes the path of a rule. */
export function setPath(tree: ManifestTree, index: number, path: string): Edit {
  const [element] = chosen(tree, [index]);
  return { label: 'Change boot archive path', splices: element ? setText(tree, element, path) : [] };
}

/** Path of the element of a rule. */
export function pathOfRule(tree: ManifestTree, index: number): string | undefined {
  const element = ruleElements(tree)[index];
  return element && pathOf(element);
}

function chosen(tree: ManifestTree, indices: readonly number[]): ElementNode[] {
  const all = ruleElements(tree);
  return [...new Set(indices)].sort((a, b) => a - b).flatMap((index) => all[index] ?? []);
}
