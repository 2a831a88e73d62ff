import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import type { RunTool } from '../system/exec';
import type { Snapshot, SnapshotBackend, SnapshotSize, SnapshotView } from './backend';
import { folderView } from './folder-tree';
import { assertSnapshotName } from './names';
import { getProperties, readProperties, snapshotsOf, type ZfsProperties, type ZfsSnapshot } from './zfs-properties';
import { ZfsLines } from './zfs-lines';
import { refuseHeld } from './zfs-refusals';
import { ZfsReplace } from './zfs-replace';
import { expectSuccess, zfsRunner } from './zfs-runner';
import { ZfsTree } from './zfs-tree';
import { createZfsViews, isOfView } from './zfs-views';

/**
 * Snapshots of a ZFS dataset, through the `zfs` command: OpenZFS, illumos and zfs-fuse. ZFS writes out the dataset and
 * the pool before a command returns, so that every listed snapshot is on the disk.
 *
 * @param dataset the build data's dataset
 * @param mountpoint its mountpoint
 * @param run runs `zfs`
 */
export function createZfsBackend(
  { dataset, mountpoint }: { dataset: string; mountpoint: string },
  run?: RunTool,
): SnapshotBackend {
  const runner = zfsRunner(dataset, run);
  const { zfs, zfsWithRetry } = runner;
  const tree = new ZfsTree(dataset, mountpoint, runner);
  const views = createZfsViews(tree.area, zfs, zfsWithRetry);
  const replace = new ZfsReplace(tree, views);

  const listings = new WeakMap<readonly Snapshot[], ZfsProperties>();

  async function list(): Promise<ZfsSnapshot[]> {
    const properties = await tree.properties();
    const snapshots = snapshotsOf(dataset, properties).filter(({ id }) => !isOfView(id));
    listings.set(snapshots, properties);
    return snapshots;
  }

  async function find(name: string): Promise<ZfsSnapshot> {
    const found = (await list()).find((snapshot) => snapshot.name === name);
    if (!found) throw new AppError('snapshot', `There is no snapshot ${tree.id(name)}.`);
    return found;
  }

  async function take(name: string): Promise<Snapshot> {
    assertSnapshotName(name);
    await tree.snapshot(`Taking ${tree.id(name)}`, name);
    return { name, id: tree.id(name), takenAt: Math.floor(Date.now() / 1000) };
  }

  async function destroy(name: string): Promise<void> {
    const snapshot = await find(name);
    const action = `Destroying ${snapshot.id}`;
    refuseHeld(action, [snapshot]);
    await replace.retryWithoutViews(action, [snapshot], async () => {
      const { code, stderr } = await zfsWithRetry(['destroy', snapshot.id]);
      if (code !== 0) throw new AppError('snapshot', `${action} failed: ${stderr.trim()}`);
    });
  }

  /** A view below `.zfs`, which zfs-fuse does not have. */
  function visible(name: string): SnapshotView | undefined {
    const folder = join(mountpoint, '.zfs/snapshot', name);
    return isReadable(folder) ? folderView(folder) : undefined;
  }

  async function size(name: string): Promise<SnapshotSize> {
    const asked = await zfs(getProperties(tree.id(name), ['used', 'referenced']));
    if (/does not exist/.test(asked.stderr)) throw new AppError('snapshot', `There is no snapshot ${tree.id(name)}.`);
    const { stdout } = await expectSuccess(Promise.resolve(asked));
    const values = readProperties(stdout).get(tree.id(name));
    const bytes = (property: string): number | undefined =>
      values?.has(property) ? Number(values.get(property)) : undefined;
    return { referenced: bytes('referenced'), unique: bytes('used') };
  }

  return {
    kind: 'zfs',
    // Transaction groups belong to the pool and reach the disk in order.
    takeSyncsArea: true,
    reset: () => replace.reset(),
    list,
    take,
    rollback: (name, listed) => replace.rollback(name, listed && listings.get(listed)),
    destroy,
    open: async (name) => visible(name) ?? views.open((await find(name)).id),
    size,
    lines: new ZfsLines(tree, replace, {
      // The datasets of parked lines are not mounted.
      open: async ({ id, name }) => (id === tree.id(name) ? visible(name) : undefined) ?? views.open(id),
      openPresent: views.openPresent,
      areMounted: views.areMounted,
      untilClosed: views.untilClosed,
    }),
  };
}

function isReadable(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false; // the snapshot is then read in another way
  }
}
