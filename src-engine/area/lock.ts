import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dateTimeWithSeconds } from '../../src-shared/format';
import { callingUser } from '../system/calling-user';
import { AppError, reasonOf } from '../../src-shared/errors';
import { writeFileAtomically } from '../system/files';
import { spaceHint } from '../snapshots/space-hint';
import { readJsonFile } from '../system/json-file';
import { takeKernelLock, type KernelLock } from '../system/kernel-lock';
import { isOnNetwork } from '../system/network-file-system';
import { livenessOf, ownIdentity } from '../system/processes';
import { systemCode, systemError } from '../system/system-error';
import type { BuildArea } from './area';
import { repairPrivate } from './repair';
import { takeByLink } from './lock-by-link';
import { isLeftBehind, lockOwner, lockPath, readLock, type LockOwner, type LockPurpose } from './lock-file';
import { quote } from '../system/shell-quote';

/**
 * How long a refused engine retries: a reader may hold the kernel's lock for a moment, and an owner may be writing its
 * file.
 */
const RETRY_TIMEOUT_MS = 1000;
const RETRY_INTERVAL_MS = 20;
/** Names of files that are being written. */
const DRAFT_NAME = /^(lock|pause|cancel)\..*(draft|partial)$/;

/** A build area that this process holds. */
export interface HeldLock {
  /** Unique to this holding. Requests to this process contain it. */
  readonly id: string;
  /** Whether its last owner ended without releasing it. Processes of its steps may still run. */
  readonly tookOver: boolean;
  /** Sentences for the user about damaged files that are repaired. */
  readonly notices: readonly string[];
  release(): void;
}

/**
 * Takes the build area for this process: the kernel's lock on the area's folder, and the lock file that describes the
 * owner. The lock file of an owner that has ended, or a damaged one, is replaced.
 *
 * Throws `AppError('locked')` that names the owner when another process holds the area, and `AppError('area')` when the
 * lock file cannot be written.
 *
 * @param taking an attempt that has begun to take the kernel's lock; `undefined` when it fails
 */
export async function acquireLock(
  area: BuildArea,
  purpose: LockPurpose,
  manifest: string,
  taking?: Promise<KernelLock | undefined>,
): Promise<HeldLock> {
  makeFolder(area);
  const owning = describeOwner(purpose, manifest);
  const kernel = (await taking) ?? (await takeKernel(area));
  try {
    const found = readJsonFile(lockPath(area), lockOwner);
    const owner = found.kind === 'read' ? found.value : undefined;
    // An engine of version 1, or one without flock, holds the area by its file alone.
    if (found.kind !== 'missing' && !isLeftBehind(area, kernel !== undefined, owner))
      throw found.kind === 'damaged' ? damagedRemotely(area, found.why) : lockedBy(area, owner);
    const notices = repairPrivate(area);
    if (found.kind === 'damaged') notices.push(`The lock file was damaged (${found.why}) and is replaced.`);
    const me = { ...owning, kernelLock: kernel !== undefined };
    try {
      write(area, me, kernel !== undefined);
    } catch (error) {
      // A prune frees space. On btrfs there may be no space for a small file although the reserve was removed.
      if (purpose === 'build' || kernel === undefined || !isFull(error)) throw error;
      notices.push('The disk is full: the area is held without a lock file.');
    }
    removeDrafts(area);
    return {
      id: me.id,
      tookOver: found.kind !== 'missing',
      notices,
      release: () => release(area, me.id, kernel),
    };
  } catch (error) {
    kernel?.release();
    throw error;
  }
}

function makeFolder(area: BuildArea): void {
  try {
    mkdirSync(area.stateFolder, { recursive: true });
  } catch (error) {
    throw cannotWrite(area, area.stateFolder, error);
  }
}

/**
 * Throws the error of `acquireLock` when another process holds the area now. It is called before long work that needs
 * no lock.
 */
export function assertNotHeld(area: BuildArea): void {
  const lock = readLock(area);
  if (lock.kind === 'held' || lock.kind === 'remote') throw lockedBy(area, lock.owner);
}

/** The kernel's lock; `undefined` where the system or file system has none. */
async function takeKernel(area: BuildArea): Promise<KernelLock | undefined> {
  let deadline: number | undefined;
  for (;;) {
    const lock = takeKernelLock(area.mountpoint);
    if (lock === 'unsupported') return undefined;
    if (lock !== 'denied') return lock;
    // A slow machine may need longer than the timeout for one attempt. A refused engine always retries.
    deadline ??= Date.now() + RETRY_TIMEOUT_MS;
    const found = readJsonFile(lockPath(area), lockOwner);
    const owner = found.kind === 'read' && livenessOf(found.value) !== 'dead' ? found.value : undefined;
    if ((owner && livenessOf(owner) === 'alive') || Date.now() > deadline) throw lockedBy(area, owner);
    await delay(RETRY_INTERVAL_MS);
  }
}

function describeOwner(purpose: LockPurpose, manifest: string): LockOwner & { readonly id: string } {
  return {
    ...ownIdentity(),
    id: randomUUID(),
    purpose,
    since: Math.floor(Date.now() / 1000),
    client: process.env.SLIPWAY_CLIENT ?? 'terminal',
    user: callingUser(),
    manifest,
  };
}

/** Where the kernel's lock excludes all others the file only describes the owner; elsewhere the file is the lock. */
function write(area: BuildArea, me: LockOwner, hasKernelLock: boolean): void {
  const path = lockPath(area);
  try {
    if (hasKernelLock && !isOnNetwork(area.mountpoint)) return writeFileAtomically(path, JSON.stringify(me));
    const taking = takeByLink(path, me, (owner) => isLeftBehind(area, hasKernelLock, owner));
    if (!taking.taken) throw lockedBy(area, taking.holder);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw cannotWrite(area, path, error);
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof AppError && ['ENOSPC', 'EDQUOT'].includes(systemCode(error.cause) ?? '');

function cannotWrite({ mountpoint }: BuildArea, path: string, error: unknown): AppError {
  const { message, hint } = systemError(error) ?? {
    message: `${path}: ${reasonOf(error)}`,
    hint: 'Check its permissions and the file system.',
  };
  const refusal = new AppError('area', `The build area cannot be locked. ${message}`, hint);
  refusal.cause = error;
  if (!isFull(refusal)) return refusal;
  const free = spaceHint(mountpoint, 'repeat the command');
  return Object.assign(new AppError('area', refusal.message, free), { cause: error });
}

/** Removes drafts of this file and of requests that a crash has left. Only with the lock held. */
function removeDrafts(area: BuildArea): void {
  for (const name of readdirSync(area.stateFolder))
    if (DRAFT_NAME.test(name)) rmSync(join(area.stateFolder, name), { force: true });
}

/** The file is removed first, so that it never describes an owner without the kernel's lock. */
function release(area: BuildArea, id: string, kernel: KernelLock | undefined): void {
  try {
    const found = readJsonFile(lockPath(area), lockOwner);
    if (found.kind === 'read' && found.value.id === id) rmSync(lockPath(area), { force: true });
  } catch {
    // The file system is read-only or gone. The next command detects that this process has ended.
  } finally {
    kernel?.release();
  }
}

const HOLDERS = { build: 'Another build', prune: 'A prune', lines: 'A change of lines' } as const;

function lockedBy(area: BuildArea, owner: LockOwner | undefined): AppError {
  if (!owner)
    return new AppError(
      'locked',
      `Another process holds this build area: ${area.mountpoint}.`,
      `List the processes that use it: fuser -v -- ${quote(area.mountpoint)}`,
    );
  const since = dateTimeWithSeconds(new Date(owner.since * 1000));
  const who = `process ${owner.pid} on ${owner.host} (${owner.user}, ${owner.client}), since ${since}, with ${owner.manifest}`;
  return new AppError(
    'locked',
    `${HOLDERS[owner.purpose ?? 'build']} holds this build area: ${who}.`,
    livenessOf(owner) === 'other-host'
      ? `That host cannot be checked from here. When no build runs there, remove ${quote(lockPath(area))}.`
      : 'Wait for it to end, or stop it: it keeps its last checkpoint.',
  );
}

function damagedRemotely(area: BuildArea, why: string): AppError {
  return new AppError(
    'locked',
    `The lock file ${lockPath(area)} is damaged (${why}), and another host may hold this build area.`,
    'If no build runs on any host that uses this area, remove the file.',
  );
}
