import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs';
import { AppError } from '../../../src-shared/errors';
import { escapeName } from '../../../src-shared/name-escapes';
import { isOverlay } from '../../system/mounts';
import { quoteBytes } from '../../system/shell-quote';
import { leftOut } from '../guard';
import { below, systemPath } from '../bytes';
import { recordOf, stampOf, type TreeRecord } from './record';

/** An entry of a live tree. */
export interface LiveEntry {
  readonly record: TreeRecord;
  readonly stamp: string;
  /** Number of names of the inode on the file system, inside and outside the tree. */
  readonly links: number;
  /** When the inode changed last. Nanoseconds. */
  readonly ctimeNs: bigint;
}

/**
 * Makes a folder readable to the engine when an ordinary user has removed the permission from an own one. Returns
 * whether that succeeded.
 */
export type OpenFolder = (path: string, mode: number) => boolean;

/**
 * Reads the metadata of a live tree, never its content: folders before their contents, names in the order of their
 * bytes. Synchronous calls are several times as fast here as promises.
 *
 * Throws an `AppError` that names the entry when the tree changes meanwhile, cannot be read, or contains another file
 * system.
 *
 * @param root the tree's folder, with a character per byte
 * @param open called for a folder that cannot be read
 */
export function scanTree(root: string, open: OpenFolder = () => false): LiveEntry[] {
  const entries: LiveEntry[] = [];
  const rootStats = reading('', () => lstatSync(systemPath(root), { bigint: true }));
  const groups = new Map<string, number>();

  function add(path: string, stats: BigIntStats): void {
    if (stats.dev !== rootStats.dev && !isOverlaid(stats)) throw foreign(root, path);
    let record = recordOf(path, stats);
    if (record.type === 'link') {
      const target = readlinkSync(systemPath(below(root, path)), { encoding: 'latin1' as BufferEncoding });
      record = { ...record, target };
    }
    if (record.type !== 'folder' && stats.nlink > 1n) {
      const inode = `${stats.dev}:${stats.ino}`;
      const group = groups.get(inode) ?? groups.size + 1;
      groups.set(inode, group);
      record = { ...record, group };
    }
    entries.push({ record, stamp: stampOf(stats), links: Number(stats.nlink), ctimeNs: stats.ctimeNs });
    if (record.type === 'folder') addNames(path, record.mode);
  }

  /** On overlayfs a file may have another device than its folder. Folders have one device. */
  function isOverlaid(stats: BigIntStats): boolean {
    return !stats.isDirectory() && isOverlay(Buffer.from(root, 'latin1').toString());
  }

  function addNames(path: string, mode: number): void {
    const folder = below(root, path);
    const list = (): string[] => readdirSync(systemPath(folder), { encoding: 'latin1' as BufferEncoding });
    let names = tryRead(list);
    if (names === undefined) {
      open(path, mode);
      names = list();
    }
    const prefix = path === '' ? '' : `${path}/`;
    // One character per byte, so that the default order is the order of bytes.
    for (const name of names.sort()) {
      const stats = reading(prefix + name, () => statOf(`${folder}/${name}`, () => open(path, mode)));
      add(prefix + name, stats);
    }
  }

  function reading<T>(path: string, operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      if (error instanceof AppError) throw error;
      if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') throw new TooDeep(root, path);
      throw unreadable(below(root, path), error as NodeJS.ErrnoException);
    }
  }

  reading('', () => add('', rootStats));
  return dropLoneGroups(entries);
}

/** Removes groups with a single name: the inode's other names are outside the tree. Equal trees get equal numbers. */
function dropLoneGroups(entries: LiveEntry[]): LiveEntry[] {
  const sizes = new Map<number, number>();
  for (const { record } of entries)
    if (record.group !== undefined) sizes.set(record.group, (sizes.get(record.group) ?? 0) + 1);
  if (sizes.size === 0) return entries;
  const numbers = new Map<number, number>();
  return entries.map((entry) => {
    const { group, ...record } = entry.record;
    if (group === undefined) return entry;
    if ((sizes.get(group) ?? 0) < 2) return { ...entry, record };
    const number = numbers.get(group) ?? numbers.size + 1;
    numbers.set(group, number);
    return { ...entry, record: { ...record, group: number } };
  });
}

function statOf(path: string, open: () => boolean): BigIntStats {
  try {
    return lstatSync(systemPath(path), { bigint: true });
  } catch (error) {
    // The folder can be listed and not entered.
    if ((error as NodeJS.ErrnoException).code !== 'EACCES' || !open()) throw error;
    return lstatSync(systemPath(path), { bigint: true });
  }
}

function tryRead<T>(operation: () => T): T | undefined {
  try {
    return operation();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}

/** The tree changed while it was read: the caller may try again. */
export class TreeChanged extends AppError {
  constructor(path: string) {
    super(
      'snapshot',
      `${escapeName(path)} changed while a checkpoint was taken. Nothing was stored.`,
      'Change the step so that it waits for its background processes or ends them.',
    );
  }
}

/** A path is longer than system calls accept. */
export class TooDeep extends AppError {
  /** A folder on the way to the entry, with a character per byte. Its own path is short. */
  readonly folder: string;

  constructor(root: string, path: string) {
    const folder = below(root, shortAncestor(root, path));
    super(
      'snapshot',
      `There are paths of more than ${MAX_PATH_BYTES} bytes in ${escapeName(folder)}. A checkpoint cannot contain them.`,
      `Let the step make shorter paths, or remove them: rm -rf -- ${quoteBytes(folder)}`,
    );
    this.folder = folder;
  }
}

/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;
const MAX_SHORT_BYTES = 1000;

/** The longest part of a path that can be displayed easily, as text without loss; at least one name. */
function shortAncestor(root: string, path: string): string {
  const names = path.split('/');
  const isShort = (part: string): boolean => {
    const whole = Buffer.from(below(root, part), 'latin1');
    return whole.length <= MAX_SHORT_BYTES && Buffer.from(whole.toString()).equals(whole);
  };
  for (let count = names.length - 1; count > 1; count--) {
    const part = names.slice(0, count).join('/');
    if (isShort(part)) return part;
  }
  return names[0] ?? '';
}

function unreadable(path: string, error: NodeJS.ErrnoException): AppError {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return new TreeChanged(path);
  return new AppError('snapshot', `${escapeName(path)} cannot be read: ${error.code ?? error.message}.`);
}

/** Mounts are refused before, so this is a subvolume. Ordinary users can create those too. */
function foreign(root: string, path: string): AppError {
  const name = below(root, path);
  const undo = `rm -rf -- ${quoteBytes(name)}`;
  return leftOut('Taking a checkpoint', escapeName(root), 'subvolumes', [escapeName(name)], undo);
}
