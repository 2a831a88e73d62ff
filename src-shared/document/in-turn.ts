import { parseManifest } from '../manifest/parse';
import { applySplices, differenceOf, type Edit } from '../manifest/splice';
import type { ManifestTree } from '../manifest/tree';

/** Combines edits that are made one after the other, each on the result of those before, into one edit with one splice. */
export function inTurn(tree: ManifestTree, label: string, ...edits: readonly ((now: ManifestTree) => Edit)[]): Edit {
  let now = tree;
  for (const edit of edits) {
    const { splices } = edit(now);
    if (splices.length > 0) now = parseManifest(applySplices(now.source, splices));
  }
  return { label, splices: now === tree ? [] : [differenceOf(tree.source, now.source)] };
}
