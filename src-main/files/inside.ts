import { absent, lstat, realpath } from '../system/files';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../src-shared/errors';

/**
 * Whether a relative path may belong to a document: no part begins with a dot, because files of that kind configure other programs, and
 * none is `HEAD`, which makes a folder a git repository whose configuration git obeys.
 */
export function isDocumentPath(path: string): boolean {
  const parts = path.split(/[/\\]/).filter((part, at) => !(at === 0 && part === '.'));
  return (
    parts.length > 0 &&
    !isAbsolute(path) &&
    !path.includes('\0') &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !/^HEAD$/i.test(part))
  );
}

/**
 * The file of a path below a document's folder; it need not exist. Throws `refused` for a path that leaves the folder, also through a link,
 * and for one that `isDocumentPath` excludes, also behind a link.
 */
export async function inside(folder: string, path: string): Promise<string> {
  const file = resolve(folder, path);
  if (!isDocumentPath(path) || !file.startsWith(folder + sep)) throw outside(path);
  // The nearest part that exists decides: a link in the path may lead anywhere.
  let at = file;
  while (at !== folder && !(await lstat(at).catch(absent))) at = dirname(at);
  const [real, root] = await Promise.all([
    realpath(at).catch(absent),
    realpath(folder).catch((error: unknown) => absent(error) ?? folder),
  ]);
  // A link that leads nowhere would be written through.
  if (real === undefined) throw outside(path);
  const way = relative(root, real);
  if (way !== '' && !isDocumentPath(way)) throw outside(path);
  return file;
}

/** A folder of a document; `undefined` when it does not exist, or is a link or file. */
export async function realFolder(folder: string, path: string): Promise<string | undefined> {
  const found = join(folder, path);
  return (await lstat(found).catch(absent))?.isDirectory() ? found : undefined;
}

const outside = (path: string): AppError =>
  new AppError(
    'refused',
    `${path} is outside the manifest's folder, or hidden in it.`,
    'Keep scripts in scripts/ beside the manifest.',
  );
