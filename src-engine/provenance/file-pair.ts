import type { Readable } from 'node:stream';
import type { TreePath, TreeView } from '../snapshots/tree-view';

/** Longer files are compared whole, but only this much of them is explained. */
export const MAX_EXPLAINED_BYTES = 256 * 1024;

/** Two versions of a file, as far as they are explained; `undefined` where one is missing or no file. */
export interface FilePair {
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

/** Reads the beginnings of both versions of a file. */
export async function readPair(before: TreeView, after: TreeView, path: TreePath): Promise<FilePair> {
  return { before: await beginningOf(before, path), after: await beginningOf(after, path) };
}

async function beginningOf(tree: TreeView, path: TreePath): Promise<Buffer | undefined> {
  if ((await tree.entry(path))?.type !== 'file') return undefined;
  return contentOf(await tree.read(path, MAX_EXPLAINED_BYTES - 1));
}

async function contentOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The text of a file; `undefined` when it is not text in UTF-8. A character that was cut off at the end is left out. */
export function textOf(content: Buffer): string | undefined {
  if (content.includes(0)) return undefined;
  const text = content.toString('utf8').replace(/\ufffd{1,3}$/, '');
  return text.includes('\ufffd') ? undefined : text;
}
