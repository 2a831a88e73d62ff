import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** The number of entries after which a walk lets other work run: the output of a running step is read. */
const BATCH_ENTRIES = 500;

/** One file, folder, link or other thing below a path. */
export interface Entry {
  /** Absolute, as bytes: names need not be UTF-8. */
  readonly path: Buffer;
  /** Relative to the walked path; empty for that path itself. */
  readonly name: Buffer;
  readonly stats: BigIntStats;
}

const SLASH = Buffer.from('/');

/**
 * Everything at and below a path, each folder before its contents, in the order of the names' bytes. Links are not
 * followed.
 *
 * Throws the system's error for an entry that cannot be read, or that vanishes meanwhile.
 *
 * @param except a path below which nothing is returned, for example the build area
 * @param limit the number of entries after which the walk ends
 */
export async function* walk(path: string | Buffer, except?: string, limit = Infinity): AsyncGenerator<Entry> {
  const left: Entry[] = [
    {
      path: typeof path === 'string' ? Buffer.from(path) : path,
      name: Buffer.alloc(0),
      stats: lstatSync(path, { bigint: true }),
    },
  ];
  for (let count = 1; ; count++) {
    const entry = left.pop();
    if (!entry || count > limit) return;
    yield entry;
    if (count % BATCH_ENTRIES === 0) await setImmediate();
    if (!entry.stats.isDirectory()) continue;
    const names = readdirSync(entry.path, { encoding: 'buffer' }).sort(Buffer.compare).reverse();
    for (const name of names) {
      const below = Buffer.concat([entry.path, SLASH, name]);
      if (except !== undefined && below.toString() === except) continue;
      const stats = lstatSync(below, { bigint: true });
      left.push({ path: below, name: entry.name.length > 0 ? Buffer.concat([entry.name, SLASH, name]) : name, stats });
    }
  }
}

/** The type of an entry. */
export function typeOf(stats: BigIntStats): 'file' | 'folder' | 'link' | 'fifo' | 'socket' | 'device' {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'device';
}

/** The target of a link, as bytes. */
export function linkTarget(path: Buffer): Buffer {
  return readlinkSync(path, { encoding: 'buffer' });
}
