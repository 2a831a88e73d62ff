import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process of this host, or of this container. */
export interface ProcessEntry {
  /** The number by which this process may signal it. */
  readonly pid: number;
  /** The number by which /proc shows it. */
  readonly procPid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Its command's name, at most 15 characters on Linux. */
  readonly name: string;
  /** `D` is a wait in the kernel that no signal ends. */
  readonly state: string;
}

/** Every process that has not ended. A process that only waits to be collected by its parent has ended. */
export function listProcesses(): ProcessEntry[] {
  const entries = process.platform === 'linux' ? fromProc() : fromPs();
  return entries.filter(({ state }) => !/^[ZX]/.test(state));
}

/** The processes that a set of processes has started, directly or not. The set itself is not included. */
export function descendants(roots: ReadonlySet<number>, all: readonly ProcessEntry[]): ProcessEntry[] {
  const family = new Set(roots);
  const found = new Set<ProcessEntry>();
  for (let grown = true; grown;) {
    grown = false;
    for (const entry of all)
      if (!family.has(entry.pid) && family.has(entry.parent)) {
        family.add(entry.pid);
        found.add(entry);
        grown = true;
      }
  }
  return [...found];
}

/** This process and those that it was started by, directly or not. */
export function ownAncestry(all: readonly ProcessEntry[]): ReadonlySet<number> {
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const chain = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined && !chain.has(pid); pid = parents.get(pid))
    chain.add(pid);
  return chain;
}

/**
 * The numbers that /proc shows are those of this process's PID namespace. False after `unshare --pid` without a /proc of its own.
 */
export function procIsOurs(): boolean {
  return read(() => readlinkSync('/proc/self'), '') === String(process.pid);
}

/** The same process by the number that this process's PID namespace has for it. `undefined` when the process has ended. */
export function ownNumber(procPid: number): number | undefined {
  if (procIsOurs()) return procPid;
  const mine = namespaceNumbers('self').length;
  return namespaceNumbers(String(procPid))[mine - 1];
}

/** Process numbers by PID namespace, from that of /proc inwards. */
function namespaceNumbers(procPid: string): number[] {
  const status = read(() => readFileSync(`/proc/${procPid}/status`, 'utf8'), '');
  const line = /^NSpid:(.*)$/m.exec(status)?.[1] ?? '';
  return line.trim().split(/\s+/).filter(Boolean).map(Number);
}

function fromProc(): ProcessEntry[] {
  const isOurs = procIsOurs();
  const numbers = new Map<number, number>();
  const own = (procPid: number): number => {
    if (isOurs || procPid === 0) return procPid;
    const known = numbers.get(procPid) ?? ownNumber(procPid) ?? -1;
    numbers.set(procPid, known);
    return known;
  };
  return read(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      // `1234 (name) S PARENT GROUP SESSION ...`; the name may contain blanks and brackets.
      const stat = read(() => readFileSync(`/proc/${name}/stat`, 'utf8'), '');
      const end = stat.lastIndexOf(')');
      if (end < 0) return [];
      const [state = '', parent = 0, group = 0, session = 0] = stat.slice(end + 2).split(' ', 4);
      const pid = own(Number(name));
      if (pid <= 0) return []; // of another PID namespace
      return [
        {
          pid,
          procPid: Number(name),
          parent: own(Number(parent)),
          group: own(Number(group)),
          session: own(Number(session)),
          name: stat.slice(stat.indexOf('(') + 1, end),
          state,
        },
      ];
    });
}

const PS = ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'pgid=', '-o', 'state=', '-o', 'comm='];

/** Sessions are not portable: the group stands for them. */
function fromPs(): ProcessEntry[] {
  const text = read(() => execFileSync('ps', PS, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }), '');
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, group, state = '', name = ''] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(?:.*\/)?(.*)$/.exec(line) ?? [];
    if (pid === undefined) return [];
    const number = Number(pid);
    return [
      {
        pid: number,
        procPid: number,
        parent: Number(parent),
        group: Number(group),
        session: Number(group),
        name,
        state,
      },
    ];
  });
}

/** Reading /proc fails at any time: processes end, and other accounts' processes may not be read. */
function read<T>(attempt: () => T, otherwise: T): T {
  try {
    return attempt();
  } catch {
    return otherwise;
  }
}
