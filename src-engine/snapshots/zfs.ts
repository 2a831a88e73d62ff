import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import type { ExecResult } from '../system/exec';
import { isFuse, isMountPoint } from '../system/mounts';
import { processesUsing, processesWithPrivateMount } from '../system/process-table';
import type { Snapshot, SnapshotBackend, SnapshotSize } from './backend';
import { folderView } from './folder-tree';
import { assertSnapshotName } from './names';
import {
  getProperties,
  readProperties,
  SNAPSHOT_PROPERTIES,
  snapshotsOf,
  type ZfsProperties,
  type ZfsSnapshot,
} from './zfs-properties';
import { BUSY_PATIENCE, BUSY_PAUSE, zfsRunner } from './zfs-runner';
import { createZfsViews } from './zfs-views';

/**
 * Snapshots of a ZFS dataset, through the `zfs` command: OpenZFS, illumos and zfs-fuse.
 *
 * @param dataset the build data's dataset
 * @param mountpoint where it is mounted
 */
export function createZfsBackend({ dataset, mountpoint }: { dataset: string; mountpoint: string }): SnapshotBackend {
  const snapshotId = (name: string): string => `${dataset}@${name}`;
  const { zfs, zfsPatiently, orphansEnd } = zfsRunner(dataset);
  const views = createZfsViews(dataset.slice(0, dataset.lastIndexOf('/')), zfs, zfsPatiently);

  /** Properties of the dataset and all below it; empty when there is no such dataset. */
  async function properties(names: readonly string[] = SNAPSHOT_PROPERTIES): Promise<ZfsProperties> {
    const { code, stdout, stderr } = await zfs(getProperties(dataset, names));
    if (code === 0) return readProperties(stdout);
    if (/does not exist/.test(stderr)) return new Map();
    throw new AppError('snapshot', `zfs cannot list the snapshots of ${dataset}: ${stderr.trim()}`);
  }

  const list = async (): Promise<ZfsSnapshot[]> => snapshotsOf(dataset, await properties());

  async function find(name: string): Promise<{ snapshot: ZfsSnapshot; newer: ZfsSnapshot[] }> {
    const snapshots = await list();
    const at = snapshots.findIndex((snapshot) => snapshot.name === name);
    const snapshot = snapshots[at];
    if (!snapshot) throw new AppError('snapshot', `There is no snapshot ${snapshotId(name)}.`);
    return { snapshot, newer: snapshots.slice(at + 1) };
  }

  async function take(name: string): Promise<Snapshot> {
    assertSnapshotName(name);
    // Else what the steps write lands in the dataset above, and the snapshot holds none of it.
    if (!isMountPoint(mountpoint))
      throw new AppError(
        'snapshot',
        `${dataset} is not mounted at ${mountpoint}, so a snapshot would not hold what is there.`,
        `Mount it: zfs mount ${dataset}`,
      );
    await must(zfs(['snapshot', snapshotId(name)]));
    return { name, id: snapshotId(name), takenAt: Math.floor(Date.now() / 1000) };
  }

  async function rollback(name: string): Promise<void> {
    await orphansEnd();
    const { newer } = await find(name);
    const doing = `Rolling back to ${snapshotId(name)}`;
    refuseHeld(doing, newer);
    if (newer.length > 0) await refuseClones(doing, newer);
    await unmount(doing);
    // Unmounted, because a rollback under a mounted FUSE file system leaves stale caches.
    const rolledBack = await settled(zfsPatiently(['rollback', '-r', snapshotId(name)]));
    await mount(rolledBack);
    // zfs-fuse drops the machine's caches after a rollback and fails where it may not, as in a container; unmounted there are none.
    if (!('code' in rolledBack)) throw rolledBack.error;
    if (rolledBack.code !== 0 && !/drop_caches/.test(rolledBack.stderr))
      throw new AppError('snapshot', `${doing} failed: ${rolledBack.stderr.trim()}`);
    const left = await list();
    if (left.at(-1)?.name !== name)
      throw new AppError('snapshot', `${doing} was reported as done, but there is still ${ids(left.slice(-1))}.`);
  }

  /** A clone keeps its snapshot from being destroyed, and it may be anywhere in the pool. Dead views are ours to clear. */
  async function refuseClones(doing: string, doomed: readonly Snapshot[]): Promise<void> {
    await views.removeDead();
    const pool = dataset.split('/')[0] ?? dataset;
    const argv = ['list', '-H', '-t', 'filesystem,volume', '-o', 'name,origin', '-r', pool];
    const { stdout } = await must(zfs(argv));
    const clones = stdout
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([name, origin]) => !isBelow(name ?? '', dataset) && doomed.some(({ id }) => id === origin));
    if (clones.length > 0)
      throw new AppError(
        'snapshot',
        `${doing} would destroy ${clones.map(([clone, origin]) => `${origin}, from which ${clone} was cloned`).join(', ')}. Nothing was changed.`,
        'Close what looks at it, or destroy or promote the clone.',
      );
  }

  /** Unmounts the build data, or refuses with the names of those who use it. */
  async function unmount(doing: string): Promise<void> {
    const elsewhere = isFuse(mountpoint) ? processesWithPrivateMount(mountpoint) : [];
    if (elsewhere.length > 0) throw inUse(doing, elsewhere);
    const until = Date.now() + BUSY_PATIENCE;
    for (;;) {
      const { code, stderr } = await zfs(['unmount', dataset]);
      if (code === 0 || /not currently mounted/.test(stderr)) return;
      if (!/busy/.test(stderr)) throw new AppError('snapshot', `${doing} failed: ${stderr.trim()}`);
      const users = processesUsing(mountpoint);
      if (users.length > 0 || Date.now() > until) throw inUse(doing, users);
      await delay(BUSY_PAUSE);
    }
  }

  function inUse(doing: string, users: readonly string[]): AppError {
    return new AppError(
      'snapshot',
      `${doing} is not possible: ${mountpoint} is in use${users.length > 0 ? ` by ${users.join(', ')}` : ''}. Nothing was changed.`,
      'Leave that directory or end that process, and try again.',
    );
  }

  /** Mounts the build data again, whatever came of what was done meanwhile. */
  async function mount(meanwhile: Outcome): Promise<void> {
    const { code, stderr } = await zfsPatiently(['mount', dataset]);
    if (code === 0 || /already mounted/.test(stderr)) return;
    const before =
      'code' in meanwhile
        ? meanwhile.code === 0
          ? ''
          : `${meanwhile.stderr.trim()}. `
        : `${String(meanwhile.error)}. `;
    throw new AppError(
      'snapshot',
      `${before}${dataset} cannot be mounted again: ${stderr.trim()}`,
      `Mount it: zfs mount ${dataset}`,
    );
  }

  async function reset(): Promise<void> {
    await orphansEnd();
    const present = await properties();
    if (present.has(dataset)) await replace(present);
    else await must(zfs(['create', '-p', dataset]));
    for (const leftover of await replacedDatasets()) await must(zfsPatiently(['destroy', '-r', leftover]));
  }

  async function replace(present: ZfsProperties): Promise<void> {
    const doing = `Replacing ${dataset}`;
    const below = [...present.keys()].filter((id) => !id.includes('@'));
    const doomed = below.flatMap((name) => snapshotsOf(name, present));
    refuseHeld(doing, doomed);
    await refuseClones(doing, doomed);
    await unmount(doing);
    const old = `${dataset}.old-${Date.now()}`;
    const renamed = await settled(must(zfsPatiently(['rename', dataset, old])));
    if ('error' in renamed) {
      await mount(renamed);
      throw renamed.error;
    }
    const created = await settled(must(zfs(['create', dataset])));
    if ('error' in created) {
      await must(zfsPatiently(['rename', old, dataset]));
      await mount(created);
      throw created.error;
    }
  }

  /** What resets have replaced and not destroyed yet, this one and those that were killed. */
  async function replacedDatasets(): Promise<string[]> {
    const area = dataset.slice(0, dataset.lastIndexOf('/'));
    const { stdout } = await must(zfs(['list', '-H', '-t', 'filesystem', '-o', 'name', '-r', area]));
    return stdout
      .split('\n')
      .filter((name) => name.startsWith(`${dataset}.old-`) && !name.slice(dataset.length).includes('/'));
  }

  async function destroy(name: string): Promise<void> {
    const { snapshot } = await find(name);
    refuseHeld(`Destroying ${snapshot.id}`, [snapshot]);
    const { code, stderr } = await zfsPatiently(['destroy', snapshot.id]);
    if (code === 0) return;
    await refuseClones(`Destroying ${snapshot.id}`, [snapshot]); // clears dead views, or says who
    if (!/clone/.test(stderr)) throw new AppError('snapshot', `Destroying ${snapshot.id} failed: ${stderr.trim()}`);
    await must(zfsPatiently(['destroy', snapshot.id]));
  }

  async function size(name: string): Promise<SnapshotSize> {
    const asked = await zfs(getProperties(snapshotId(name), ['used', 'referenced']));
    if (/does not exist/.test(asked.stderr))
      throw new AppError('snapshot', `There is no snapshot ${snapshotId(name)}.`);
    const { stdout } = await must(Promise.resolve(asked));
    const values = readProperties(stdout).get(snapshotId(name));
    const bytes = (property: string): number | undefined =>
      values?.has(property) ? Number(values.get(property)) : undefined;
    return { referenced: bytes('referenced'), unique: bytes('used') };
  }

  return {
    kind: 'zfs',
    reset,
    list,
    take,
    rollback,
    destroy,
    open: async (name) => {
      const visible = join(mountpoint, '.zfs/snapshot', name);
      // Absent in zfs-fuse.
      if (isReadable(visible)) return folderView(visible);
      const { snapshot } = await find(name);
      return views.open(snapshot.id);
    },
    size,
  };
}

type Outcome = ExecResult | { readonly error: unknown };

const settled = (running: Promise<ExecResult>): Promise<Outcome> => running.catch((error: unknown) => ({ error }));

const ids = (snapshots: readonly Snapshot[]): string => snapshots.map(({ id }) => id).join(', ');

const isBelow = (name: string, dataset: string): boolean => name === dataset || name.startsWith(`${dataset}/`);

/** `destroy -r` and `rollback -r` destroy what they can before they come to a held snapshot. */
function refuseHeld(doing: string, doomed: readonly ZfsSnapshot[]): void {
  const held = doomed.filter((snapshot) => snapshot.held);
  if (held.length === 0) return;
  throw new AppError(
    'snapshot',
    `${doing} would destroy ${ids(held)}, which is held. Nothing was changed.`,
    `See who holds it: zfs holds ${held[0]?.id}`,
  );
}

/** Makes every status but 0 an error. */
async function must(running: Promise<ExecResult>): Promise<ExecResult> {
  const result = await running;
  if (result.code === 0) return result;
  throw new AppError('snapshot', result.stderr.trim() || `zfs exited with ${result.code} and said nothing`);
}

function isReadable(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
