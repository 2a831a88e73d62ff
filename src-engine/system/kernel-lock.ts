import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  type BigIntStats,
} from 'node:fs';
import { findTool } from './executables';
import { processIds } from './process-table';

/**
 * A lock that the kernel keeps on a folder's inode while the descriptor is open. It holds in every mount namespace, PID
 * namespace and container, by any path, and ends with the process in every case.
 */
export interface KernelLock {
  release(): void;
}

/** `unsupported`: this system has no `flock`, or the file system cannot lock (a folder on NFS). */
export type LockAttempt = 'locked' | 'denied' | 'unsupported';

/** Exit status of flock(1) when another open file description holds the lock; its other failures are 64 and above. */
const DENIED_STATUS = 1;

/** Takes the lock of a folder without waiting. */
export function takeKernelLock(folder: string): KernelLock | 'denied' | 'unsupported' {
  const fd = openFolder(folder);
  if (fd === undefined) return 'unsupported';
  const attempt = flock(fd, '-x');
  if (attempt === 'locked') return { release: () => closeSync(fd) };
  closeSync(fd);
  return attempt;
}

/**
 * Takes the lock of a folder through a process that is started anyway.
 *
 * @param flock passes the descriptor to that process, which locks its open file description
 * @returns `undefined` when that failed for any reason; `takeKernelLock` then returns the reason
 */
export async function takeKernelLockBy(
  folder: string,
  flock: (fd: number) => Promise<LockAttempt>,
): Promise<KernelLock | undefined> {
  const fd = openFolder(folder);
  if (fd === undefined) return undefined;
  if ((await flock(fd)) === 'locked') return { release: () => closeSync(fd) };
  closeSync(fd);
  return undefined;
}

/**
 * Whether another process holds a folder's lock. This takes a shared lock for a moment; an engine that is refused
 * during that moment retries (`acquireLock`).
 */
export function probeKernelLock(folder: string): 'free' | 'held' | 'unsupported' {
  const fd = openFolder(folder);
  if (fd === undefined) return 'unsupported';
  try {
    const attempt = flock(fd, '-s');
    return attempt === 'locked' ? 'free' : attempt === 'denied' ? 'held' : 'unsupported';
  } finally {
    closeSync(fd);
  }
}

/** The PID namespace of the host, whose number is part of the kernel's interface. */
const HOST_NAMESPACE = 'pid:[4026531836]';

/**
 * Whether a process may hold a folder's lock, by the system's list of locks, which has inode numbers. Starts no process.
 * The list has the locks of this PID namespace and of those below it, so only that of the host is complete. False where
 * the system has no list.
 */
export function mayBeLocked(folder: string): boolean {
  try {
    if (readlinkSync('/proc/self/ns/pid') !== HOST_NAMESPACE) return true;
    const { ino } = statSync(folder, { bigint: true });
    const held = new RegExp(`FLOCK +ADVISORY +WRITE .*:${ino} `);
    return held.test(readFileSync('/proc/locks', 'latin1'));
  } catch {
    return false; // the lock file decides then
  }
}

/**
 * The processes of this account, or all for root, that hold a folder's lock: the kernel lists the locks of each open
 * file. Empty where there is no /proc, and for processes of PID namespaces that are not visible here.
 */
export function kernelLockHolders(folder: string): number[] {
  const wanted = tryStat(folder);
  if (!wanted) return [];
  return processIds()
    .filter((pid) =>
      openFiles(pid).some((fd) => {
        const open = tryStat(`/proc/${pid}/fd/${fd}`);
        return open?.ino === wanted.ino && open.dev === wanted.dev && holdsLock(pid, fd);
      }),
    )
    .map(Number);
}

function holdsLock(pid: string, fd: string): boolean {
  try {
    return /^lock:.* FLOCK +ADVISORY +WRITE /m.test(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'));
  } catch {
    return false; // the process has ended, or closed it
  }
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return []; // it belongs to another account, or has ended
  }
}

function tryStat(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Node opens with close-on-exec: steps do not inherit the lock. */
function openFolder(folder: string): number | undefined {
  try {
    return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return undefined;
  }
}

/**
 * Node cannot call flock(2). flock(1) gets the descriptor and locks its open file description, which stays locked in
 * this process after flock has ended.
 */
function flock(fd: number, mode: '-x' | '-s'): LockAttempt {
  // The engine may be started with an empty PATH.
  const tool = findTool('flock') ?? findTool('/usr/bin/flock');
  if (tool === undefined) return 'unsupported';
  const { status } = spawnSync(tool, [mode, '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  return status === 0 ? 'locked' : status === DENIED_STATUS ? 'denied' : 'unsupported';
}
