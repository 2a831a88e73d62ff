import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors';
import { exec, type ExecResult } from '../system/exec';
import { zfsCommand } from '../system/zfs-command';
import type { Snapshot, SnapshotBackend, SnapshotSize, SnapshotView } from './backend';

/**
 * zfs-fuse ends an unmount in the background: for a moment after it says "busy", and a rollback says "I/O error" (both seen). So it
 * is asked again, this often and this many milliseconds apart; an error that stays is an error.
 */
const BUSY_TRIES = 80;
const BUSY_PAUSE = 15;

/** Clones that show a snapshot's content, where the file system has no `.zfs` folder. */
const VIEW = 'slipway-view-';

/**
 * Snapshots of a ZFS dataset, through the `zfs` command: OpenZFS, illumos and zfs-fuse.
 *
 * @param dataset the build data's dataset
 * @param mountpoint where it is mounted
 */
export function createZfsBackend({ dataset, mountpoint }: { dataset: string; mountpoint: string }): SnapshotBackend {
  const snapshotId = (name: string): string => `${dataset}@${name}`;
  const area = dataset.slice(0, dataset.lastIndexOf('/'));

  async function list(): Promise<readonly (Snapshot & { held: boolean })[]> {
    const argv = ['get', '-H', '-p', '-r', '-o', 'name,property,value', 'creation,userrefs', dataset];
    const { code, stdout, stderr } = await zfs(argv, [0, 1]);
    if (code !== 0) {
      if (/does not exist/.test(stderr)) return [];
      throw new AppError('snapshot', `zfs cannot list the snapshots of ${dataset}: ${stderr.trim()}`);
    }
    // ZFS lists the snapshots of one dataset in the order of their transactions, also those of one second.
    const found = new Map<string, { name: string; id: string; takenAt: number; held: boolean }>();
    for (const line of stdout.split('\n')) {
      const [id = '', property, value] = line.split('\t');
      if (!id.startsWith(`${dataset}@`)) continue;
      const entry = found.get(id) ?? { id, name: id.slice(dataset.length + 1), takenAt: 0, held: false };
      found.set(id, entry);
      if (property === 'creation') entry.takenAt = Number(value);
      if (property === 'userrefs') entry.held = Number(value) > 0;
    }
    return [...found.values()];
  }

  async function take(name: string): Promise<Snapshot> {
    await zfs(['snapshot', snapshotId(name)]);
    return { name, id: snapshotId(name), takenAt: Math.floor(Date.now() / 1000) };
  }

  async function rollback(name: string): Promise<void> {
    const snapshots = await list();
    const at = snapshots.findIndex((snapshot) => snapshot.name === name);
    if (at < 0) throw new AppError('snapshot', `There is no snapshot ${snapshotId(name)} to roll back to.`);
    const newer = snapshots.slice(at + 1);
    const held = newer.filter((snapshot) => snapshot.held);
    if (held.length > 0)
      throw new AppError(
        'snapshot',
        `Rolling back to ${snapshotId(name)} would destroy ${ids(held)}, which is held. Nothing was changed.`,
        `See who holds it: zfs holds ${held[0]?.id}`,
      );
    if (newer.length > 0) await refuseClones(name, newer);
    await unmount();
    try {
      // Unmounted, because a rollback under a mounted FUSE file system leaves stale caches.
      await retryBusy(['rollback', '-r', snapshotId(name)]);
    } finally {
      await retryBusy(['mount', dataset]);
    }
    const left = await list();
    if (left.at(-1)?.name !== name)
      throw new AppError(
        'snapshot',
        `After rolling back to ${snapshotId(name)} there is still ${ids(left.slice(-1))}.`,
      );
  }

  /** A clone keeps its snapshot from being destroyed; our own views of processes that have ended are cleared away. */
  async function refuseClones(name: string, newer: readonly Snapshot[]): Promise<void> {
    await removeDeadViews();
    const pool = dataset.split('/')[0] ?? dataset;
    const { stdout } = await zfs(['list', '-H', '-t', 'filesystem,volume', '-o', 'name,origin', '-r', pool]);
    const clones = stdout
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, origin]) => newer.some(({ id }) => id === origin));
    if (clones.length > 0)
      throw new AppError(
        'snapshot',
        `Rolling back to ${snapshotId(name)} would destroy a snapshot that ${clones.map(([clone]) => clone).join(', ')} was cloned from. Nothing was changed.`,
        'Close what looks at it, or destroy or promote the clone.',
      );
  }

  async function unmount(): Promise<void> {
    const { code, stderr } = await retryBusy(['unmount', dataset], [0, 1]);
    if (code === 0 || /not currently mounted/.test(stderr)) return;
    const users = processesUnder(mountpoint);
    throw new AppError(
      'snapshot',
      `${mountpoint} is in use${users.length > 0 ? ` by ${users.join(', ')}` : ''}, so it cannot be rolled back. Nothing was changed.`,
      'Leave that directory or end that process, and try again.',
    );
  }

  async function reset(): Promise<void> {
    const { code } = await zfs(['list', '-H', '-o', 'name', dataset], [0, 1]);
    if (code !== 0) {
      await zfs(['create', '-p', dataset]);
      return;
    }
    const old = `${dataset}.old-${process.pid}`;
    await retryBusy(['rename', dataset, old]);
    try {
      await zfs(['create', dataset]);
    } catch (error) {
      await retryBusy(['rename', old, dataset]);
      throw error;
    }
    await retryBusy(['destroy', '-r', old]);
  }

  async function open(name: string): Promise<SnapshotView> {
    const visible = join(mountpoint, '.zfs/snapshot', name);
    if (existsSync(visible)) return { path: visible, close: () => Promise.resolve() };
    await removeDeadViews();
    const path = mkdtempSync(join(tmpdir(), VIEW));
    const clone = `${area}/${VIEW}${process.pid}-${path.slice(-6)}`;
    await zfs(['clone', '-o', 'readonly=on', '-o', `mountpoint=${path}`, snapshotId(name), clone]);
    return {
      path,
      close: async () => {
        await retryBusy(['destroy', clone]);
        rmdirSync(path);
      },
    };
  }

  async function removeDeadViews(): Promise<void> {
    const { code, stdout } = await zfs(['list', '-H', '-t', 'filesystem', '-o', 'name', '-r', area], [0, 1]);
    if (code !== 0) return;
    for (const name of stdout.split('\n')) {
      const pid = name.startsWith(`${area}/${VIEW}`)
        ? Number(name.slice(area.length + 1 + VIEW.length).split('-')[0])
        : 0;
      if (pid > 0 && !isRunning(pid)) await retryBusy(['destroy', name]);
    }
  }

  async function size(name: string): Promise<SnapshotSize> {
    const { stdout } = await zfs(['get', '-H', '-p', '-o', 'property,value', 'used,referenced', snapshotId(name)]);
    const value = (property: string): number | undefined => {
      const line = stdout.split('\n').find((candidate) => candidate.startsWith(`${property}\t`));
      return line === undefined ? undefined : Number(line.split('\t')[1]);
    };
    return { referenced: value('referenced'), unique: value('used') };
  }

  return {
    kind: 'zfs',
    reset,
    list,
    take,
    rollback,
    destroy: async (name) => {
      await removeDeadViews();
      await retryBusy(['destroy', snapshotId(name)]);
    },
    open,
    size,
  };
}

function zfs(words: readonly string[], okExitCodes: readonly number[] = [0]): Promise<ExecResult> {
  return exec([zfsCommand() ?? 'zfs', ...words], { okExitCodes });
}

/** Runs a command again while ZFS is busy with its own unmount, for a short while. */
async function retryBusy(words: readonly string[], okExitCodes: readonly number[] = [0]): Promise<ExecResult> {
  for (let left = BUSY_TRIES; ; left--) {
    const result = await zfs(words, [0, 1]);
    if (result.code === 0 || left <= 1 || !/busy|I\/O error/.test(result.stderr)) {
      if (okExitCodes.includes(result.code)) return result;
      throw new AppError('snapshot', `zfs ${words.join(' ')}: ${result.stderr.trim()}`);
    }
    await delay(BUSY_PAUSE);
  }
}

const ids = (snapshots: readonly Snapshot[]): string => snapshots.map(({ id }) => id).join(', ');

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Who stands or has something open below a path, as `1234 (bash)`; empty where there is no /proc. */
function processesUnder(path: string): string[] {
  const inside = (target: string): boolean => target === path || target.startsWith(`${path}/`);
  const links = (folder: string): string[] => read(() => readdirSync(folder).map((name) => join(folder, name)), []);
  return read(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) =>
      [`/proc/${pid}/cwd`, `/proc/${pid}/root`, `/proc/${pid}/exe`, ...links(`/proc/${pid}/fd`)].some((link) =>
        inside(read(() => readlinkSync(link), '')),
      ),
    )
    .map((pid) => `${pid} (${read(() => readlinkSync(`/proc/${pid}/exe`).split('/').at(-1), '?')})`);
}

/** A look into /proc may fail at any time: processes end, and some are not ours to look at. */
function read<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
