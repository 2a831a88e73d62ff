import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { number, object, optional, text, type TypeOf } from '../../src-shared/shape';

export const processIdentity = object(
  'ProcessIdentity',
  'Identifies a process beyond its number, which the system reuses: the start time and the boot id show whether a pid from a file is still that process.',
  { pid: number, startTime: text, bootId: text, host: text, pidNamespace: optional(text) },
);

/**
 * Identifies a process beyond its number, which the system reuses: the start time and the boot id show whether a pid
 * from a file is still that process. `startTime` is in the kernel's unit, `unknown` where the system has no cheap way
 * to read it. A pid is valid in its `pidNamespace`; version 1 did not record that.
 */
export type ProcessIdentity = TypeOf<typeof processIdentity>;

/**
 * The state of a process from a file, as far as it can be determined here.
 *
 * - `alive`, `dead`   it runs, or has ended
 * - `other-namespace` it belongs to a PID namespace (container) whose processes are not visible from here
 * - `other-boot`      a host of this name ran it: this one before a reboot, or another one
 * - `other-host`      a host of another name ran it: another one, or this one before it was renamed
 */
export type Liveness = 'alive' | 'dead' | 'other-namespace' | 'other-boot' | 'other-host';

const UNKNOWN = 'unknown';

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? UNKNOWN,
    bootId: bootId(),
    host: hostname(),
    pidNamespace: pidNamespace(),
  };
}

/** The process with this number in this PID namespace. */
export function identityOf(pid: number): ProcessIdentity {
  return { ...ownIdentity(), pid, startTime: startTimeOf(pid) ?? UNKNOWN };
}

/** The number that a process has in its own PID namespace. `undefined` when it has ended, or where there is no /proc. */
export function pidInNamespace(pid: number): number | undefined {
  try {
    const numbers = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return numbers === undefined ? undefined : Number(numbers);
  } catch {
    return undefined;
  }
}

/** Whether that process still runs, as far as this process can determine. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  const boot = bootId();
  const isSameBoot = identity.bootId === boot && boot !== UNKNOWN;
  if (!isSameBoot && identity.host !== hostname()) return 'other-host';
  if (identity.bootId !== boot) return 'other-boot';
  const namespace = pidNamespace();
  if (identity.pidNamespace !== undefined && identity.pidNamespace !== namespace && namespace !== UNKNOWN)
    return 'other-namespace';
  return exists(identity) ? 'alive' : 'dead';
}

/**
 * Whether that process still runs. `unknown` when it belongs to another host or PID namespace. After a reboot of its
 * host it is dead.
 */
export function isAlive(identity: ProcessIdentity): boolean | 'unknown' {
  const liveness = livenessOf(identity);
  if (liveness === 'other-host' || liveness === 'other-namespace') return UNKNOWN;
  return liveness === 'alive';
}

function exists({ pid, startTime }: ProcessIdentity): boolean {
  // 0 and negative numbers mean groups of processes.
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startTimeOf(pid);
  return started === undefined || startTime === UNKNOWN || started === startTime;
}

/**
 * Whether a process from a file is certainly that process, so that it may get a signal: its start time and boot id are
 * known and equal. A pid alone is no proof, because the system reuses it, and 1 is the init of a system or container.
 */
export function isProven(identity: ProcessIdentity): boolean {
  if (!Number.isInteger(identity.pid) || identity.pid <= 1 || livenessOf(identity) !== 'alive') return false;
  return identity.startTime !== UNKNOWN && startTimeOf(identity.pid) === identity.startTime;
}

/** Whether a process is an engine: it holds a folder open, as the owner of its lock does, or its command line names the engine. */
export function isEngineIn(folder: string, pid: number): boolean {
  try {
    if (/(^|[/\0])distro_const(\.cjs)?\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) return true;
    const { dev, ino } = statSync(folder, { bigint: true });
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const open = statSync(`/proc/${pid}/fd/${fd}`, { bigint: true, throwIfNoEntry: false });
      return open?.ino === ino && open.dev === dev;
    });
  } catch {
    return false; // it belongs to another account, or has ended
  }
}

/** Tests set SLIPWAY_BOOT_ID to simulate a reboot or another machine. */
function bootId(): string {
  if (process.env.SLIPWAY_BOOT_ID) return process.env.SLIPWAY_BOOT_ID;
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return UNKNOWN; // no /proc
  }
}

/** For example `pid:[4026531836]`. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return UNKNOWN; // no /proc
  }
}

/** Field 22 of /proc/PID/stat; a zombie counts as gone. `undefined` where there is no /proc. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : fields[19];
  } catch {
    return undefined; // or the process has ended
  }
}
