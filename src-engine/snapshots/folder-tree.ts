import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readdir, readlink, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError } from '../../src-shared/errors';
import { escapeName } from '../../src-shared/name-escapes';
import { ownerOf, runAs } from '../system/accounts';
import type { AttributeSource } from './attribute-text';
import type { SnapshotView } from './backend';
import { copyFolder } from './copy-folder';
import type { TreeEntry, TreePath, TreeView } from './tree-view';

const SLASH = Buffer.from('/');
const CHUNK_BYTES = 64 * 1024;
/**
 * Coarser timestamps do not prove that a file is unchanged. File systems with such timestamps use multiples of this.
 */
const COARSE_NS = 10_000_000n;

/** A folder as a tree. The caller keeps it from changing, or accepts a mixture of two moments. */
export class FolderTree implements TreeView {
  readonly #root: Buffer;

  constructor(root: string) {
    this.#root = Buffer.from(root);
  }

  async names(path: TreePath): Promise<readonly string[]> {
    const names = await this.#reading(path, readdir(this.#at(path), { encoding: 'buffer' }));
    // One character per byte, so that the default order is the order of bytes.
    return names.map((name) => name.toString('latin1')).sort();
  }

  async entry(path: TreePath): Promise<TreeEntry | undefined> {
    return (await this.entryWithStats(path))?.entry;
  }

  /** The entry at a path with the full result of lstat(2). */
  async entryWithStats(path: TreePath): Promise<{ entry: TreeEntry; stats: BigIntStats } | undefined> {
    const at = this.#at(path);
    const stats = await lstat(at, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw unreadable(this.#shown(path), error);
    });
    if (!stats) return undefined;
    const isLink = stats.isSymbolicLink();
    const target = isLink ? await this.#reading(path, readlink(at, { encoding: 'buffer' })) : undefined;
    return { entry: { ...describe(stats), ...(target && { target: target.toString('latin1') }) }, stats };
  }

  attributes(path: TreePath): AttributeSource {
    return { at: this.#at(path).toString('latin1') };
  }

  async read(path: TreePath, end = Infinity): Promise<Readable> {
    // Neither a link to a file of the host nor a FIFO, which waits for another process, is opened.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await this.#reading(path, open(this.#at(path), flags));
    const isFile = await handle.stat().then((stats) => stats.isFile());
    if (!isFile) {
      await handle.close();
      throw new AppError('missing', `${this.#shown(path)} is not a file.`);
    }
    const failed = (error: unknown): AppError => readError(this.#shown(path), error as NodeJS.ErrnoException);
    const content = Readable.from(chunks(handle, end, failed), { objectMode: false });
    // Destroying a stream before its first read does not start the generator, whose `finally` closes the file.
    return content.once('close', () => void handle.close().catch(() => undefined));
  }

  #at(path: TreePath): Buffer {
    return path === '' ? this.#root : Buffer.concat([this.#root, SLASH, Buffer.from(path, 'latin1')]);
  }

  #shown(path: TreePath): string {
    return escapeName(this.#at(path).toString('latin1'));
  }

  #reading<T>(path: TreePath, operation: Promise<T>): Promise<T> {
    return operation.catch((error: NodeJS.ErrnoException) => {
      throw readError(this.#shown(path), error);
    });
  }
}

/** A view of a snapshot that is a folder. */
export function folderView(path: string, close: () => Promise<void> = () => Promise.resolve()): SnapshotView {
  return {
    tree: new FolderTree(path),
    folder: () => Promise.resolve(path),
    copyInto: (folder, tool) => copyFolder(path, folder, tool),
    close,
  };
}

function describe(stats: BigIntStats): TreeEntry {
  const type = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other';
  return {
    type,
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: Number(stats.size),
    mtimeNs: stats.mtimeNs,
    ...(type === 'other' && { node: nodeOf(stats) }),
    identity: type === 'folder' ? undefined : identityOf(stats),
  };
}

function nodeOf(stats: BigIntStats): string {
  if (stats.isFIFO()) return 'fifo:';
  if (stats.isSocket()) return 'socket:';
  return `${stats.isBlockDevice() ? 'block' : 'char'}:${stats.rdev}`;
}

/** Snapshots keep inode numbers, and every change of content or metadata sets the change time. The device differs from view to view. */
function identityOf({ ino, ctimeNs, size }: BigIntStats): string | undefined {
  return ctimeNs % COARSE_NS === 0n ? undefined : `${ino}:${ctimeNs}:${size}`;
}

async function* chunks(handle: FileHandle, end: number, failed: (error: unknown) => AppError): AsyncGenerator<Buffer> {
  try {
    for (let at = 0; at <= end;) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end + 1 - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at).catch((error: unknown) => {
        throw failed(error);
      });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

function readError(path: string, error: NodeJS.ErrnoException): AppError {
  switch (error.code) {
    case 'ENOENT':
      return new AppError('missing', `There is no ${path}.`);
    case 'ENOTDIR':
      return new AppError('missing', `${path} is not a folder.`);
    case 'ELOOP':
    case 'ENXIO': // a socket
      return new AppError('missing', `${path} is not a file.`);
    default:
      return unreadable(path, error);
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): AppError {
  const isDenied = error.code === 'EACCES' || error.code === 'EPERM';
  return new AppError(
    'snapshot',
    `${path} cannot be read: ${error.message.replace(/, \w+( '.*)?$/s, '')}.`,
    isDenied ? runAs(ownerOf(path)) : undefined,
  );
}
