import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { isAlive, ownIdentity, type ProcessIdentity } from '../system/processes';
import type { BuildArea } from './area';

/** Who holds a build area. Stored in `<area>/.slipway/lock` for people and programs to read. */
export interface LockOwner extends ProcessIdentity {
  /** Seconds since the epoch. */
  readonly since: number;
  /** What started it, for example `terminal` or the app's own name (SLIPWAY_CLIENT). */
  readonly client: string;
  readonly user: string;
  readonly manifest: string;
}

/** What the lock file says. */
export type LockState =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly owner: LockOwner }
  /** The owner died without releasing it: the run it held was interrupted. */
  | { readonly kind: 'stale'; readonly owner: LockOwner }
  /** The owner is on another host, so nobody here can tell. */
  | { readonly kind: 'remote'; readonly owner: LockOwner };

const lockPath = (area: BuildArea): string => join(area.private, 'lock');

/** Reads the lock without touching it. */
export function readLock(area: BuildArea): LockState {
  const owner = readOwner(lockPath(area));
  if (!owner) return { kind: 'free' };
  const alive = isAlive(owner);
  return { kind: alive === 'unknown' ? 'remote' : alive ? 'held' : 'stale', owner };
}

/** A build area that this process holds. */
export interface HeldLock {
  /** Whether its last owner died with it: what its steps started may still run. */
  readonly tookOver: boolean;
  release(): void;
}

/**
 * Takes the build area for this process; a dead owner's lock is cleared, a live owner is named in an `AppError('locked')`.
 */
export function acquireLock(area: BuildArea, manifest: string): HeldLock {
  const path = lockPath(area);
  mkdirSync(dirname(path), { recursive: true });
  const me: LockOwner = {
    ...ownIdentity(),
    since: Math.floor(Date.now() / 1000),
    client: process.env.SLIPWAY_CLIENT ?? 'terminal',
    user: process.env.SUDO_USER ?? process.env.USER ?? String(process.getuid?.() ?? ''),
    manifest,
  };
  const tookOver = readLock(area).kind === 'stale';
  const holder = takeExclusively(path, me);
  if (holder) throw lockedBy(holder, path);
  return { tookOver, release: () => rmSync(path, { force: true }) };
}

/**
 * Creates the lock file if nobody alive owns it; returns the owner who does.
 *
 * `link` makes it appear whole or not at all. Only one process may remove a particular dead lock: the one that holds the
 * lock named after the dead owner. So between its last look and the removal nobody can have put a live lock there.
 */
function takeExclusively(path: string, me: LockOwner): LockOwner | undefined {
  const draft = `${path}.${me.pid}.draft`;
  writeFileSync(draft, JSON.stringify(me));
  try {
    for (;;) {
      try {
        linkSync(draft, path);
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = readOwner(path);
      if (!owner) continue; // released in between
      if (isAlive(owner) !== false) return owner;
      const clearing = `${path}.clear-${owner.pid}-${owner.startTime}`;
      const rival = takeExclusively(clearing, me);
      if (rival) return rival;
      const still = readOwner(path);
      if (still && still.pid === owner.pid && still.startTime === owner.startTime && still.bootId === owner.bootId)
        unlinkSync(path);
      unlinkSync(clearing);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function readOwner(path: string): LockOwner | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as LockOwner;
  } catch {
    throw new AppError(
      'locked',
      `The lock file ${path} cannot be understood.`,
      'Look at it, and remove it if no build runs.',
    );
  }
}

function lockedBy(owner: LockOwner, path: string): AppError {
  const since = new Date(owner.since * 1000).toLocaleString('sv-SE');
  const who = `process ${owner.pid} on ${owner.host} (${owner.user}, ${owner.client}), since ${since}, with ${owner.manifest}`;
  return new AppError(
    'locked',
    `Another build holds this build area: ${who}.`,
    isAlive(owner) === 'unknown'
      ? `That host cannot be asked from here. If no build runs there any more, remove ${path}.`
      : 'Wait for it to end, or stop it: it keeps its last checkpoint.',
  );
}
