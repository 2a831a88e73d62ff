import { Readable } from 'node:stream';
import { AppError } from '../../src-shared/errors';
import type { TreeEntry, TreeView } from '../../src-engine/snapshots/tree-view';

/** An entry of a tree in memory: a folder, the content of a file, or an entry with some properties. */
export type MemoryEntry = 'folder' | Buffer | (Partial<TreeEntry> & { readonly content?: Buffer });

/** A tree for tests, which counts reads and may be changed while it is read. */
export class TreeInMemory implements TreeView {
  readonly entries: Map<string, MemoryEntry>;
  /** Paths whose content was read. */
  readonly reads: string[] = [];
  /** Called before each answer. */
  before: (method: 'names' | 'entry' | 'read', path: string) => void = () => undefined;

  constructor(entries: Readonly<Record<string, MemoryEntry>>) {
    this.entries = new Map(Object.entries(entries));
  }

  names(path: string): Promise<readonly string[]> {
    return this.#answer('names', path, () => {
      if (path !== '' && this.entries.get(path) === undefined) throw new AppError('missing', `There is no ${path}.`);
      const prefix = path === '' ? '' : `${path}/`;
      return [...this.entries.keys()]
        .filter((at) => at.startsWith(prefix) && at !== '' && !at.slice(prefix.length).includes('/'))
        .map((at) => at.slice(prefix.length))
        .sort();
    });
  }

  entry(path: string): Promise<TreeEntry | undefined> {
    return this.#answer('entry', path, () => {
      const found = path === '' ? 'folder' : this.entries.get(path);
      return found === undefined ? undefined : entryOf(found);
    });
  }

  read(path: string, end?: number): Promise<Readable> {
    return this.#answer('read', path, () => {
      const found = this.entries.get(path);
      const content = Buffer.isBuffer(found) ? found : typeof found === 'object' ? found.content : undefined;
      if (!content) throw new AppError('missing', `There is no ${path}.`);
      this.reads.push(path);
      // Chunks of another size for every tree, as backends have them.
      const size = 1 + (this.entries.size % 3);
      const wanted = content.subarray(0, end === undefined ? undefined : end + 1);
      return Readable.from(
        Array.from({ length: Math.ceil(wanted.length / size) }, (_, n) => wanted.subarray(n * size, n * size + size)),
      );
    });
  }

  async #answer<T>(method: 'names' | 'entry' | 'read', path: string, answer: () => T): Promise<T> {
    this.before(method, path);
    return answer();
  }
}

function entryOf(found: MemoryEntry): TreeEntry {
  const base = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, identity: undefined };
  if (found === 'folder') return { ...base, type: 'folder', size: 0 };
  if (Buffer.isBuffer(found)) return { ...base, type: 'file', size: found.length };
  const { content, ...fields } = found;
  return { ...base, type: 'file', size: content?.length ?? 0, ...fields };
}
