import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { Snapshot } from './backend';
import { assertSnapshotName } from './names';

const ENTRY = /^(\d{6})-(\d+)-(.+)$/;
const NUMBER = /^(?:parked-)?(\d{6})-/;

/** A snapshot in a folder: its tree lies at `path`. */
export interface StoredSnapshot extends Snapshot {
  readonly path: string;
}

/**
 * A folder of snapshots, for backends that keep them as trees. An entry's name consists of its number, its time and its
 * snapshot's name. So one rename creates a complete entry, and no other state has to be consistent with it.
 */
export class SnapshotStore {
  constructor(readonly folder: string) {}

  list(): StoredSnapshot[] {
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return names.sort().flatMap((entry) => this.entry(entry) ?? []);
  }

  /** The snapshot of an entry, which may lie at another path; `undefined` for other files. */
  entry(entry: string, path = join(this.folder, entry)): StoredSnapshot | undefined {
    const [, , takenAt, name] = ENTRY.exec(entry) ?? [];
    return name === undefined ? undefined : { name, id: path, takenAt: Number(takenAt), path };
  }

  find(name: string): StoredSnapshot {
    const found = this.list().find((snapshot) => snapshot.name === name);
    if (!found) throw new AppError('snapshot', `There is no snapshot ${name} in ${this.folder}.`);
    return found;
  }

  /** The snapshots taken after this one, oldest first. */
  newerThan(snapshot: StoredSnapshot): StoredSnapshot[] {
    return this.list().filter(({ path }) => path > snapshot.path);
  }

  /** The entry of a new snapshot. Refuses a name that exists. */
  next(name: string): StoredSnapshot {
    assertSnapshotName(name);
    const present = this.list();
    if (present.some((snapshot) => snapshot.name === name))
      throw new AppError('snapshot', `The snapshot ${name} already exists in ${this.folder}.`);
    mkdirSync(this.folder, { recursive: true });
    // Entries of parked lines have numbers too.
    const last = Math.max(0, ...readdirSync(this.folder).map((entry) => Number(NUMBER.exec(entry)?.[1] ?? 0)));
    const takenAt = Math.floor(Date.now() / 1000);
    const path = join(this.folder, `${String(last + 1).padStart(6, '0')}-${takenAt}-${name}`);
    return { name, id: path, takenAt, path };
  }

  /** Everything except complete snapshots: the remains of a crash. Only to be called under the area's lock. */
  leftovers(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => !ENTRY.test(name))
        .map((name) => join(this.folder, name));
    } catch {
      return []; // no store yet
    }
  }

  /** A name in the store that is not listed and that no other engine uses. */
  hidden(kind: string, snapshot: StoredSnapshot): string {
    return join(this.folder, `.${kind}-${process.pid}-${snapshot.path.slice(this.folder.length + 1)}`);
  }
}
