import type { Transport } from '../../transport/transport';

/** A build of the original that runs. */
export interface StockProcess {
  readonly pid: number;
  readonly group: number;
  readonly user: string;
}

/** A build that runs, and the detail log that it writes. */
export interface LiveBuild {
  readonly process: StockProcess;
  readonly log: string;
}

/**
 * Prints the number of each log that a process has open, and the processes, by fuser(1) or from /proc: the build and its descendants.
 * fuser is asked about all logs first, because mostly none is open.
 */
const HOLDERS = `PATH=$PATH:/usr/sbin:/sbin
if command -v fuser >/dev/null 2>&1; then
  [ -n "$(fuser "$@" 2>/dev/null | tr -d ' \\n')" ] || exit 0
  n=0; for f do p=$(fuser "$f" 2>/dev/null); [ -z "$p" ] || echo "$n" $p; n=$((n + 1)); done
else
  for p in /proc/[0-9]*; do for d in "$p"/fd/*; do
    case $(readlink "$d") in */logs/detail-log-*) n=0; for f do [ "$d" -ef "$f" ] && echo "$n" "\${p#/proc/}"; n=$((n + 1)); done;; esac
  done; done
fi`;

/** Returns the build that writes to one of these detail logs. A build has its log open from the first line to the last (contract 3.4). */
export async function findBuild(transport: Transport, logs: readonly string[]): Promise<LiveBuild | undefined> {
  if (logs.length === 0) return undefined;
  const { stdout } = await transport.run(['sh', '-c', HOLDERS, 'sh', ...logs]);
  const holders = new Map<number, number[]>();
  for (const line of stdout.toString('utf8').split('\n').filter(Boolean)) {
    const [log = -1, ...pids] = line.trim().split(/\s+/).map(Number);
    holders.set(log, [...(holders.get(log) ?? []), ...pids]);
  }
  const open = [...holders.keys()].sort((a, b) => a - b).at(-1);
  const log = open === undefined ? undefined : logs[open];
  const pids = holders.get(open ?? -1) ?? [];
  if (log === undefined || pids.length === 0) return undefined;
  const process = await firstOf(transport, pids);
  return process && { log, process };
}

/**
 * The process of which the others are descendants. It is not always the one with the lowest number, because numbers start again at the
 * highest one. Descendants may have ended meanwhile.
 */
async function firstOf(transport: Transport, pids: readonly number[]): Promise<StockProcess | undefined> {
  const columns = ['pid', 'ppid', 'pgid', 'user'].flatMap((name) => ['-o', `${name}=`]);
  const { stdout } = await transport.run(['ps', ...columns, '-p', pids.join()]);
  const found = stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, group, user = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      user,
    }))
    .filter(({ pid }) => isSignalTarget(pid))
    .sort((a, b) => a.pid - b.pid);
  const first = found.find(({ parent }) => !pids.includes(parent)) ?? found[0];
  if (!first) return undefined;
  const { pid, group, user } = first;
  // In a container the group may be that of process 1: `kill -- -1` would reach every process.
  return { pid, group: isSignalTarget(group) ? group : pid, user };
}

/** Processes whose arguments name the build data of an area: steps that a build left behind when it was killed. */
export async function findOrphans(transport: Transport, area: string): Promise<readonly number[]> {
  const { stdout } = await transport.run(['ps', '-e', '-o', 'pid=', '-o', 'args=']);
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.includes(` ${area}/build_data/`))
    .map((line) => Number.parseInt(line, 10))
    .filter(isSignalTarget);
}

/** Whether a number names one process or one group other than init's. */
const isSignalTarget = (id: number): boolean => Number.isSafeInteger(id) && id > 1;
