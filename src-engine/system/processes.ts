import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Who a process is, beyond a number that the system reuses: with the start time and the boot id a pid found in a file is
 * known to be that very process or not.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as the kernel counts it; `unknown` where the system does not tell cheaply. */
  readonly startTime: string;
  readonly bootId: string;
  readonly host: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown', bootId: bootId(), host: hostname() };
}

/**
 * Whether that process still runs. `unknown` when it ran on another host, where nobody here can look.
 *
 * On another boot of this host it is dead whatever its number says.
 */
export function isAlive(who: ProcessIdentity): boolean | 'unknown' {
  if (who.host !== hostname()) return 'unknown';
  if (who.bootId !== bootId()) return false;
  try {
    process.kill(who.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startTimeOf(who.pid);
  return started === undefined || who.startTime === 'unknown' || started === who.startTime;
}

/** SLIPWAY_BOOT_ID stands in for a reboot in tests, which cannot reboot the machine. */
function bootId(): string {
  if (process.env.SLIPWAY_BOOT_ID) return process.env.SLIPWAY_BOOT_ID;
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

/** Field 22 of /proc/PID/stat; a zombie counts as gone. `undefined` where there is no /proc. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : fields[19];
  } catch {
    return undefined;
  }
}
