import type { Transport } from '../../transport/transport';

/** A build of the original that runs. */
export interface StockProcess {
  readonly pid: number;
  readonly group: number;
  readonly user: string;
}

/** Prints the processes that have the log open, by fuser(1) or from /proc. The lowest number is the build; the others are its descendants. */
const HOLDERS = `if command -v fuser >/dev/null 2>&1 || [ -x /usr/sbin/fuser ]; then
  PATH=$PATH:/usr/sbin; fuser "$1" 2>/dev/null
else
  for p in /proc/[0-9]*; do for f in "$p"/fd/*; do [ "$f" -ef "$1" ] && { echo "\${p#/proc/}"; break; }; done; done
fi`;

/** Returns the build that writes to a detail log. A build has its log open from the first line to the last (contract 3.4). */
export async function findBuild(transport: Transport, log: string): Promise<StockProcess | undefined> {
  const { stdout } = await transport.run(['sh', '-c', HOLDERS, 'sh', log]);
  const [pid] = stdout
    .toString('utf8')
    .split(/\s+/)
    .filter(Boolean)
    .map(Number)
    .sort((a, b) => a - b);
  if (pid === undefined) return undefined;
  const found = await transport.run(['ps', '-o', 'pgid=', '-o', 'user=', '-p', `${pid}`]);
  const [group, user = ''] = found.stdout.toString('utf8').trim().split(/\s+/);
  if (found.code !== 0 || !isSignalTarget(pid)) return undefined;
  // In a container the group may be that of process 1: `kill -- -1` would reach every process.
  return { pid, group: isSignalTarget(Number(group)) ? Number(group) : pid, user };
}

/** Whether a number names one process or one group other than init's. */
const isSignalTarget = (id: number): boolean => Number.isSafeInteger(id) && id > 1;
