import { absent, lstat, readdir } from '../system/files';
import { join } from 'node:path';
import { lockNameOf } from '../../src-shared/packages/lock-name';
import { isDocumentPath, realFolder } from '../files/inside';
import { scriptsNamedIn } from './named-scripts';
import { listScripts } from './scripts';

/** A folder with more files is not a document, but for example a home folder. */
const MAX_FILES = 10_000;

/** A file that belongs to a document, by its path in the document's folder. */
export interface DocumentFile {
  readonly path: string;
  readonly executable: boolean;
}

/**
 * A document's files besides its manifest: the lock of its packages, all files of `scripts/`, and those that steps name elsewhere in the
 * folder, or by a link. A build without the lock would install other packages.
 *
 * @param manifest the name of the manifest in the folder
 */
export async function documentFiles(folder: string, source: string, manifest: string): Promise<DocumentFile[]> {
  const files = [...(await lockOf(folder, manifest)), ...(await filesBelow(folder, 'scripts'))];
  const known = new Set(files.map(({ path }) => path));
  for (const { path, executable } of await listScripts(folder, scriptsNamedIn(source)))
    if (!known.has(path)) files.push({ path, executable });
  return files;
}

async function lockOf(folder: string, manifest: string): Promise<DocumentFile[]> {
  const path = lockNameOf(manifest);
  const kind = await lstat(join(folder, path)).catch(absent);
  return kind?.isFile() === true ? [{ path, executable: false }] : [];
}

/** Regular files that are not hidden. A link's target may not exist where the files are sent, or may not belong to the document. */
async function filesBelow(folder: string, below: string): Promise<DocumentFile[]> {
  const there = await realFolder(folder, below);
  const names = there === undefined ? [] : ((await readdir(there).catch(absent)) ?? []);
  const found: DocumentFile[] = [];
  for (const name of names.sort()) {
    if (!isDocumentPath(name)) continue;
    if (found.length >= MAX_FILES) return found;
    const path = `${below}/${name}`;
    const kind = await lstat(join(folder, path));
    if (kind.isDirectory()) found.push(...(await filesBelow(folder, path)));
    else if (kind.isFile()) found.push({ path, executable: (kind.mode & 0o111) !== 0 });
  }
  return found;
}
