import { readdir, stat } from '../system/files';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { visibleName } from '../../src-shared/visible';

/** An entry of a folder, for the window's own file dialog. */
export interface FolderEntry {
  name: string;
  path: string;
  kind: 'folder' | 'manifest' | 'file';
  /** Bytes of a file. */
  size?: number;
  /** Time of the last change, in milliseconds since 1970. */
  modified: number;
}

/** Lists a folder, folders first. Hidden entries, and entries that are neither file nor folder, are left out. Throws `AppError('missing')`. */
export async function listFolder(path: string): Promise<{ folder: string; parent?: string; entries: FolderEntry[] }> {
  const folder = resolve(path);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof AppError) throw error;
    const why = error.code === 'EACCES' ? 'may not be read' : 'is not a folder';
    throw new AppError('missing', `${folder} ${why}.`, 'Choose another folder.');
  });
  const entries = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((name) => describe(join(folder, name), name)),
  );
  const found = entries.filter((entry): entry is FolderEntry => entry !== undefined);
  found.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return { folder, ...(dirname(folder) !== folder && { parent: dirname(folder) }), entries: found };
}

const rank = ({ kind }: FolderEntry): number => ['folder', 'manifest', 'file'].indexOf(kind);

async function describe(path: string, name: string): Promise<FolderEntry | undefined> {
  // An entry that hangs is left out, like an unreadable one.
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  const known = { name: visibleName(name), path, modified: found.mtimeMs };
  if (found.isDirectory()) return { ...known, kind: 'folder' };
  if (!found.isFile()) return undefined;
  return { ...known, kind: name.endsWith('.xml') ? 'manifest' : 'file', size: found.size };
}
