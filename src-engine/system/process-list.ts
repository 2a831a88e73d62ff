import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * A process of this host, or of this container. All numbers are those of /proc, which may belong to another PID
 * namespace.
 */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Its command's name, at most 15 characters on Linux. */
  readonly name: string;
  /** `D`: the process waits in the kernel, where no signal ends it. */
  readonly state: string;
}

/** Every running process. A zombie, which only waits for its parent, has ended. */
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

/** This process and its ancestors. */
export function ownAncestry(all: readonly ProcessEntry[]): ReadonlySet<number> {
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const chain = new Set<number>();
  for (let pid: number | undefined = ownProcNumber(); pid !== undefined && !chain.has(pid); pid = parents.get(pid))
    chain.add(pid);
  return chain;
}

/**
 * Sends a signal to a process by its number in /proc. A process that has ended, belongs to another account or is not
 * visible from this PID namespace is skipped.
 */
export function sendSignal(procPid: number, signal: NodeJS.Signals): void {
  const pid = procIsOurs() ? procPid : translated(procPid);
  if (pid === undefined || pid <= 1) return;
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH or EPERM
  }
}

/**
 * Whether the numbers in /proc are those of this process's PID namespace. They are not after `unshare --pid` without
 * mounting /proc again.
 */
export const procIsOurs = (): boolean => ownProcNumber() === process.pid;

/** This process's number in /proc. */
function ownProcNumber(): number {
  return Number(tryRead(() => readlinkSync('/proc/self'), String(process.pid)));
}

/** The number of a process in this process's PID namespace, for a process in it or in a namespace inside it. */
function translated(procPid: number): number | undefined {
  const level = namespaceNumbers('self').length;
  return isInOurNamespace(procPid) ? namespaceNumbers(procPid)[level - 1] : undefined;
}

/** The first process of a PID namespace inside ours was started by a process of ours. */
function isInOurNamespace(procPid: number): boolean {
  const ours = namespaceOf('self');
  for (let pid = procPid; pid > 0; pid = entryOf(pid)?.parent ?? 0) if (namespaceOf(pid) === ours) return true;
  return false;
}

const namespaceOf = (pid: number | 'self'): string =>
  tryRead(() => readlinkSync(`/proc/${pid}/ns/pid`), `unknown ${pid}`);

/** A process's numbers by PID namespace, from that of /proc inwards. */
function namespaceNumbers(pid: number | 'self'): number[] {
  const status = tryRead(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '');
  const numbers = /^NSpid:(.*)$/m.exec(status)?.[1] ?? '';
  return numbers.trim().split(/\s+/).filter(Boolean).map(Number);
}

function fromProc(): ProcessEntry[] {
  return tryRead(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => entryOf(Number(name)) ?? []);
}

function entryOf(pid: number): ProcessEntry | undefined {
  // `1234 (name) S PARENT GROUP SESSION ...`; the name may contain blanks and brackets.
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '');
  const end = stat.lastIndexOf(')');
  if (end < 0) return undefined;
  const [state = '', parent, , session] = stat.slice(end + 2).split(' ', 4);
  const name = stat.slice(stat.indexOf('(') + 1, end);
  return { pid, parent: Number(parent), session: Number(session), name, state };
}

const PS = ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'pgid=', '-o', 'state=', '-o', 'comm='];

/** Sessions are not portable, so the process group is used instead. */
function fromPs(): ProcessEntry[] {
  const text = tryRead(() => execFileSync('ps', PS, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }), '');
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, group, state = '', name = ''] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(?:.*\/)?(.*)$/.exec(line) ?? [];
    if (pid === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), session: Number(group), name, state }];
  });
}

/** Reading /proc can fail at any time: processes end, and other accounts' processes may not be read. */
function tryRead<T>(attempt: () => T, otherwise: T): T {
  try {
    return attempt();
  } catch {
    return otherwise;
  }
}
