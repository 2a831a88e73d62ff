import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deviceNumber } from './mounts';

/**
 * The processes that have their working folder, their program, an open file or a mapping below a path, as `1234
 * (bash)`.
 *
 * Empty where there is no /proc. Only root sees all processes of other accounts, so an empty result does not prove that
 * the path is unused.
 */
export function processesUsing(path: string): string[] {
  const inside = (target: string): boolean => target === path || target.startsWith(`${path}/`);
  const device = tryRead(() => statSync(path).dev, undefined);
  const ownNamespace = mountNamespace('self');
  return processIds()
    .filter((pid) => {
      // Kernel threads have no program. When a process's program is not readable, its other data is not readable
      // either.
      const exe = tryRead(() => readlinkSync(`/proc/${pid}/exe`), '');
      if (exe === '') return false;
      // In another mount namespace, for example of a container, the same path may be another place.
      const samePaths = mountNamespace(pid) === ownNamespace;
      const links = ['cwd', 'root', 'exe'].map((link) => `/proc/${pid}/${link}`);
      const open = tryRead(() => readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`), []);
      const isHere = (link: string): boolean => samePaths || tryRead(() => statSync(link).dev, -1) === device;
      if ([...links, ...open].some((link) => inside(tryRead(() => readlinkSync(link), '')) && isHere(link)))
        return true;
      const maps = samePaths ? tryRead(() => readFileSync(`/proc/${pid}/maps`, 'utf8'), '') : '';
      return maps.includes(path) && maps.split('\n').some((line) => inside(line.slice(Math.max(line.indexOf('/'), 0))));
    })
    .map(describe);
}

/**
 * The processes that keep a mount in a mount namespace to which unmounts here do not propagate. With FUSE they keep the
 * file system busy after it was unmounted, so that it can be neither rolled back nor mounted again. So this is checked
 * before.
 */
export function processesWithPrivateMount(path: string): string[] {
  const seen = new Set([mountNamespace('self')]);
  const found: string[] = [];
  const device = tryRead(() => deviceNumber(statSync(path).dev), '');
  for (const pid of processIds()) {
    const namespace = mountNamespace(pid);
    if (namespace === '' || seen.has(namespace)) continue;
    seen.add(namespace);
    // `36 35 0:32 / /mount/point rw shared:1 master:2 - type source options`; the tags mean that an unmount propagates
    // to it.
    const mounts = tryRead(() => readFileSync(`/proc/${pid}/mountinfo`, 'utf8'), '').split('\n');
    const isPrivate = (line: string): boolean => !/ (shared|master):\d+ /.test(line.split(' - ')[0] + ' ');
    if (mounts.some((line) => line.split(' ')[2] === device && isPrivate(line)))
      found.push(`${describe(pid)} in a mount namespace of its own`);
  }
  return found;
}

/** Running processes that were started with this variable in their environment. Empty where there is no /proc. */
export function processesWithVariable(name: string, value: string): number[] {
  const wanted = `\0${name}=${value}\0`;
  return processIds()
    .filter((pid) => `\0${tryRead(() => readFileSync(`/proc/${pid}/environ`, 'utf8'), '')}`.includes(wanted))
    .map(Number);
}

/** Whether a process is running. A zombie has ended and closed its files. */
export function isProcessRunning(pid: number): boolean {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '');
  return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

const mountNamespace = (pid: string): string => tryRead(() => readlinkSync(`/proc/${pid}/ns/mnt`), '');

/** The numbers of all processes that are visible here. Empty where there is no /proc. */
export function processIds(): string[] {
  return tryRead(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name));
}

function describe(pid: string): string {
  const name = tryRead(() => readFileSync(join('/proc', pid, 'comm'), 'utf8').trim(), '?');
  return `${pid} (${name})`;
}

/** Reading /proc can fail at any time: processes end, and other accounts' processes may not be read. */
function tryRead<T>(at: () => T, otherwise: T): T {
  // Most calls fail for some processes. Without stack traces a failure takes a tenth of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return at();
  } catch {
    return otherwise;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
