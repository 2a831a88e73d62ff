import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';
import type { SnapshotBackend } from './backend';
import { SnapshotStore } from './store';

/** `--checksum`: builds clamp modification times, so a changed file may have its old size and time. */
const RSYNC = ['rsync', '-aHAXS', '--checksum', '--numeric-ids', '--delete'] as const;

/**
 * Snapshots of any directory, as exact copies: copy-on-write copies where the file system can make them; else copies that share unchanged
 * files with the snapshot before (never with the build data, where an edit in place would reach them); else whole copies.
 *
 * @param buildData the directory
 * @param store where the snapshots lie, on the same file system
 */
export function createPlainBackend({
  buildData,
  store: folder,
}: {
  buildData: string;
  store: string;
}): SnapshotBackend {
  const store = new SnapshotStore(folder);
  let copying: Promise<'reflink' | 'rsync' | 'cp'> | undefined;
  const method = (): Promise<'reflink' | 'rsync' | 'cp'> => (copying ??= copyMethod(folder));

  async function clearLeftovers(): Promise<void> {
    for (const path of store.leftovers()) await remove(path);
  }

  async function destroyEntry(snapshot: { path: string; name: string; id: string; takenAt: number }): Promise<void> {
    const doomed = store.hidden('doomed', snapshot);
    renameSync(snapshot.path, doomed); // from here on it is not listed any more
    await remove(doomed);
  }

  return {
    kind: 'plain',

    async reset() {
      const old = `${buildData}.old`;
      const fresh = `${buildData}.new`;
      await remove(old);
      await remove(fresh);
      mkdirSync(fresh, { recursive: true, mode: 0o755 });
      if (existsSync(buildData)) renameSync(buildData, old);
      renameSync(fresh, buildData);
      for (const snapshot of store.list().reverse()) await destroyEntry(snapshot);
      await clearLeftovers();
      await remove(old);
    },

    list: () => Promise.resolve(store.list()),

    async take(name) {
      const snapshot = store.next(name);
      const previous = store.list().at(-1);
      await clearLeftovers();
      const partial = store.hidden('partial', snapshot);
      const how = await method();
      if (how === 'rsync') {
        const link = previous ? [`--link-dest=${previous.path}`] : [];
        await exec([...RSYNC, ...link, `${buildData}/`, `${partial}/`]);
      } else await copyTree(buildData, partial, how);
      renameSync(partial, snapshot.path);
      return snapshot;
    },

    async rollback(name) {
      const target = store.find(name);
      const newer = store.list().filter(({ path }) => path > target.path);
      if ((await method()) === 'rsync') {
        mkdirSync(buildData, { recursive: true });
        // Names that share a file now and did not then would stay one: they are copied anew.
        await exec(['find', buildData, '-type', 'f', '-links', '+1', '-delete']);
        await exec([...RSYNC, `${target.path}/`, `${buildData}/`]);
      } else {
        const fresh = `${buildData}.new`;
        const old = `${buildData}.old`;
        await remove(fresh);
        await remove(old);
        await copyTree(target.path, fresh, await method());
        if (existsSync(buildData)) renameSync(buildData, old);
        renameSync(fresh, buildData);
        await remove(old);
      }
      // Newest first: an interruption leaves no gap.
      for (const snapshot of newer.reverse()) await destroyEntry(snapshot);
    },

    async destroy(name) {
      await destroyEntry(store.find(name));
    },

    open: (name) => Promise.resolve({ path: store.find(name).path, close: () => Promise.resolve() }),

    async size(name) {
      const { path } = store.find(name);
      const { stdout } = await exec(['du', '-sk', path], { okExitCodes: [0, 1] });
      return { referenced: Number(stdout.split('\t')[0]) * 1024, unique: undefined };
    },
  };
}

async function copyTree(from: string, to: string, how: 'reflink' | 'rsync' | 'cp'): Promise<void> {
  const reflink = how === 'reflink' ? ['--reflink=always'] : [];
  const sparse = process.platform === 'linux' && how === 'cp' ? ['--sparse=auto'] : [];
  await exec(['cp', '-a', ...reflink, ...sparse, `${from}/.`, to]);
}

/** Tries out what this file system and host can do. */
async function copyMethod(folder: string): Promise<'reflink' | 'rsync' | 'cp'> {
  mkdirSync(folder, { recursive: true });
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    writeFileSync(probe, 'x');
    const { code } = await exec(['cp', '--reflink=always', probe, `${probe}-copy`], { okExitCodes: [0, 1, 64] });
    if (code === 0) return 'reflink';
    return await exec(['rsync', '--version']).then(
      () => 'rsync' as const,
      () => 'cp' as const,
    );
  } finally {
    rmSync(probe, { force: true });
    rmSync(`${probe}-copy`, { force: true });
  }
}

/** Removes a tree; an ordinary user's read-only folders are made writable first. */
async function remove(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (process.getuid?.() !== 0)
    await exec(['find', path, '-type', 'd', '!', '-perm', '-u+rwx', '-exec', 'chmod', 'u+rwx', '{}', '+']);
  rmSync(path, { recursive: true, force: true });
  if (existsSync(path)) throw new AppError('snapshot', `${path} could not be removed.`);
}
