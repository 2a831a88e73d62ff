import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { syncFileSystem } from '../../system/durable';
import { removeTree } from '../store-tools';
import { systemPath } from '../bytes';
import type { PlainSnapshot } from './plain-store';
import type { PlainArea } from './take';
import { packOf, readIfWhole, type TreeIndex } from './tree-index';

/**
 * Removes snapshots, the last one first so that an interruption leaves no gap, and the objects that no other one refers
 * to.
 */
export async function destroySnapshots(area: PlainArea, snapshots: readonly PlainSnapshot[]): Promise<void> {
  const removed = [...snapshots].reverse().flatMap((snapshot) => area.store.unlist(snapshot) ?? []);
  if (snapshots.length > 0) await collectGarbage(area, removed);
}

/**
 * Removes objects of removed snapshots, and packs that were never listed.
 *
 * @param removed indexes whose files are gone already
 */
export async function collectGarbage(
  { store, live, tool }: PlainArea,
  removed: readonly TreeIndex[] = [],
): Promise<void> {
  const toDelete = store.hidden('doomed');
  const unused = store.unusedPacks();
  const gone = store.onlyIn([...removed, ...toDelete.flatMap((path) => readIfWhole(path) ?? [])]);
  live.forget(gone);
  const whole = new Set(unused);
  for (const reference of gone)
    if (!whole.has(store.packPath(packOf(reference)))) rmSync(systemPath(store.objectPath(reference)), { force: true });
  for (const pack of unused) await removePack(pack, tool);
  for (const index of toDelete) rmSync(index, { recursive: true, force: true });
  // Removals on a full disk. Some file systems give their space free only now, which the next command needs.
  if (removed.length > 0) await syncFileSystem(store.folder);
}

/** Adopted trees of version one have names and modes of every kind; packs have numbers, and folders with ASCII names. */
async function removePack(path: string, tool: PlainArea['tool']): Promise<void> {
  const isFolder = lstatSync(path).isDirectory();
  if (!isFolder || readdirSync(path).every((name) => /^f?\d+$/.test(name)))
    rmSync(path, { recursive: true, force: true });
  else await removeTree(path, tool);
}
