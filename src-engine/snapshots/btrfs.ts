import { existsSync, renameSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';
import type { SnapshotBackend } from './backend';
import { SnapshotStore, type StoredSnapshot } from './store';

/** A subvolume's root always has this inode number. */
const SUBVOLUME_INODE = 256;

/** Whether a path is a btrfs subvolume's root; the file system is known to be btrfs. */
export function isSubvolume(path: string): boolean {
  return existsSync(path) && statSync(path).ino === SUBVOLUME_INODE;
}

/**
 * Snapshots of a btrfs subvolume, read-only, in a folder of the same file system.
 *
 * A rollback makes a writable snapshot beside the build data and swaps the two by renaming; a crash between the two renames is
 * mended at the next call.
 */
export function createBtrfsBackend({
  buildData,
  store: folder,
}: {
  buildData: string;
  store: string;
}): SnapshotBackend {
  const store = new SnapshotStore(folder);
  const fresh = `${buildData}.new`;
  const old = `${buildData}.old`;

  /** Finishes what a crash interrupted: between the renames the new tree is complete and the build data missing. */
  async function recover(): Promise<void> {
    if (!existsSync(buildData) && existsSync(fresh)) renameSync(fresh, buildData);
    else if (!existsSync(buildData) && existsSync(old)) renameSync(old, buildData);
    for (const path of [fresh, old]) await remove(path);
  }

  async function swapIn(): Promise<void> {
    if (existsSync(buildData)) renameSync(buildData, old);
    renameSync(fresh, buildData);
    await remove(old);
  }

  const destroyEntry = (snapshot: StoredSnapshot): Promise<void> => remove(snapshot.path);

  return {
    kind: 'btrfs',

    async reset() {
      await recover();
      await exec(['btrfs', 'subvolume', 'create', fresh]);
      await swapIn();
      for (const snapshot of store.list().reverse()) await destroyEntry(snapshot);
    },

    list: () => Promise.resolve(store.list()),

    async take(name) {
      await recover();
      const snapshot = store.next(name);
      await exec(['btrfs', 'subvolume', 'snapshot', '-r', buildData, snapshot.path]);
      return snapshot;
    },

    async rollback(name) {
      const target = store.find(name);
      await recover();
      await exec(['btrfs', 'subvolume', 'snapshot', target.path, fresh]);
      await swapIn();
      for (const snapshot of store.list().reverse()) if (snapshot.path > target.path) await destroyEntry(snapshot);
    },

    async destroy(name) {
      await destroyEntry(store.find(name));
    },

    open: (name) => Promise.resolve({ path: store.find(name).path, close: () => Promise.resolve() }),

    async size(name) {
      const { path } = store.find(name);
      // Exclusive bytes are what would be freed; without quotas only walking the extents tells.
      const { stdout } = await exec(['btrfs', 'filesystem', 'du', '-s', '--raw', path]);
      const [total, exclusive] = stdout.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? [];
      return { referenced: Number(total), unique: Number(exclusive) };
    },
  };
}

/** Removes a subvolume, or the plain directory that a build area may have had before. */
async function remove(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (isSubvolume(path)) await exec(['btrfs', 'subvolume', 'delete', path]);
  else await rm(path, { recursive: true, force: true });
  if (existsSync(path)) throw new AppError('snapshot', `${path} could not be removed.`);
}
