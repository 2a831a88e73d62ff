import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { lacksRootOr, runTool } from './run-tool';
import { zfsTurn } from './zfs-turn';

/** A temporary ZFS pool on a file. */
export interface TemporaryPool {
  readonly name: string;
  readonly mountpoint: string;
  /** Whether extended attributes are kept; zfs-fuse does so only with `-x`. */
  readonly xattrs: boolean;
  dispose(): Promise<void>;
}

const SOCKET = '/run/zfs/zfs_socket';

/** Why no pool can be made here, or `undefined`. */
export function lacksZfs(): string | undefined {
  if (hasKernelZfs()) return lacksRootOr('zfs', 'zpool');
  return lacksRootOr('zfs', 'zpool', 'zfs-fuse') ?? (existsSync('/dev/fuse') ? undefined : 'needs /dev/fuse');
}

/** Whether a pool can be made here. */
export const hasZfs = lacksZfs() === undefined;

/** Whether ZFS here is OpenZFS in the kernel; otherwise it is zfs-fuse, which stores whole seconds only. */
export function hasKernelZfs(): boolean {
  return existsSync('/sys/module/zfs');
}

/**
 * Makes a pool with a name that no other test has. Where ZFS is zfs-fuse and no daemon runs, one is started, without the caches that would
 * show old content and with extended attributes; one that runs is used as it is, and other pools are left alone.
 */
export async function zfsPool(bytes = 1 << 30): Promise<TemporaryPool> {
  const giveUpTurn = hasKernelZfs() ? () => undefined : await zfsTurn();
  const daemon = hasKernelZfs() || zfsAnswers() ? undefined : await startDaemon();
  const folder = mkdtempSync(join(tmpdir(), 'slipway-zpool-'));
  const name = `slipwaytest${process.pid}${folder
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')}`;
  const image = join(folder, 'vdev');
  const mountpoint = `/${name}`;
  const end = async (): Promise<void> => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(mountpoint, { recursive: true, force: true });
    // Another test may use the daemon.
    if (daemon && runTool('zpool', 'list', '-H', '-o', 'name').trim().replace('no pools available', '') === '')
      await stopDaemon(daemon);
    giveUpTurn();
  };
  try {
    writeFileSync(image, '');
    truncateSync(image, bytes);
    runTool('zpool', 'create', '-f', name, image);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    name,
    mountpoint,
    xattrs: canKeepXattrs(mountpoint),
    async dispose() {
      await eventually(() => runTool('zpool', 'destroy', '-f', name));
      await end();
    },
  };
}

function canKeepXattrs(path: string): boolean {
  const probe = join(path, 'probe');
  try {
    writeFileSync(probe, '');
    runTool('setfattr', '-n', 'user.probe', '-v', 'x', probe);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Whether a daemon answers. A daemon that died may have left its socket. */
function zfsAnswers(): boolean {
  return existsSync(SOCKET) && spawnSync('zpool', ['list', '-H', '-o', 'name']).status === 0;
}

/**
 * Starts zfs-fuse, or returns `undefined` when another process was faster. A daemon that is just ending holds the lock; ours then exits
 * with 1 and is started again.
 */
async function startDaemon(): Promise<ChildProcess | undefined> {
  let daemon: ChildProcess | undefined;
  await eventually(() => {
    if (zfsAnswers()) return;
    if (!daemon || daemon.exitCode !== null) {
      daemon = spawn('zfs-fuse', ['-n', '-x', '--no-kstat-mount'], { stdio: 'ignore', detached: true });
      daemon.unref();
    }
    throw new Error('zfs-fuse does not answer');
  });
  return daemon?.exitCode === null ? daemon : undefined;
}

/** Ends a daemon and waits for its exit, because the next one cannot start before. It stays while a process has a copy of its mounts, and is then killed. */
async function stopDaemon(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  daemon.ref();
  daemon.kill();
  const stays = setTimeout(() => daemon.kill('SIGKILL'), 5_000);
  await once(daemon, 'exit');
  clearTimeout(stays);
}
