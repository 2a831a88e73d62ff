import { lstatSync, type BigIntStats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { shortHash } from './short-hash';
import { linkTarget, typeOf } from './path-walk';

/** As many links lead to one file at most, as in the kernel. */
const MAX_LINKS = 40;

/** Shows whether something was written between two readings of a path, also when the same content was put back. */
export interface WriteTrace {
  /** Identity, size and modification time of each entry. */
  readonly written: string;
  /** The time of the last change of each entry's metadata, which no program can set. */
  readonly changed: string;
  /** Link count, mode and owner of each entry. Another one explains another time of change. */
  readonly explained: string;
}

/** Builds the trace of a path and of everything that its content depends on. */
export class WriteTracer {
  readonly #written: unknown[] = [];
  readonly #changed: unknown[] = [];
  readonly #explained: unknown[] = [];

  /** Adds one entry. Of a pipe, a socket or a device only the type is content. */
  add(stats: BigIntStats, name: Uint8Array): void {
    const type = typeOf(stats);
    this.#written.push(Buffer.from(name).toString('latin1'), type);
    if (!['file', 'folder', 'link'].includes(type)) return;
    this.#written.push(...[stats.dev, stats.ino, stats.size, stats.mtimeNs].map(String));
    this.#changed.push(String(stats.ctimeNs));
    this.#explained.push(...[stats.nlink, stats.mode, stats.uid, stats.gid].map(String));
  }

  /** Adds each link on the way to a path: it may lead elsewhere for a while. */
  addWay(path: string | Buffer): void {
    for (const { stats, at } of linksOnWay((typeof path === 'string' ? Buffer.from(path) : path).toString('latin1')))
      this.add(stats, Buffer.from(at, 'latin1'));
  }

  result(): WriteTrace {
    const [written = '', changed = '', explained = ''] = [this.#written, this.#changed, this.#explained].map((list) =>
      shortHash(JSON.stringify(list)),
    );
    return { written, changed, explained };
  }
}

/** The trace of a path that is missing or cannot be read. */
export function emptyTrace(state: string): WriteTrace {
  return { written: state, changed: '', explained: '' };
}

/**
 * Whether anything was written between two readings. A read, another link to a file, another mode and another owner are no
 * write.
 */
export function isRewritten(before: WriteTrace, after: WriteTrace): boolean {
  if (before.written !== after.written) return true;
  return before.changed !== after.changed && before.explained === after.explained;
}

/** The links in an absolute path and those that they lead to. Paths have one character per byte. */
function linksOnWay(path: string): { readonly at: string; readonly stats: BigIntStats }[] {
  const found: { readonly at: string; readonly stats: BigIntStats }[] = [];
  let left = path.split('/');
  let at = '/';
  while (left.length > 0 && found.length < MAX_LINKS) {
    const [name = '', ...more] = left;
    left = more;
    const next = resolve(at, name);
    const stats = lstatSync(Buffer.from(next, 'latin1'), { bigint: true, throwIfNoEntry: false });
    if (!stats) return found;
    at = next;
    if (!stats.isSymbolicLink()) continue;
    found.push({ at: next, stats });
    const target = linkTarget(Buffer.from(next, 'latin1')).toString('latin1');
    at = target.startsWith('/') ? '/' : dirname(next);
    left = [...target.split('/'), ...left];
  }
  return found;
}
