import { readFileSync } from 'node:fs';

/** This process in a file: its pid and its start time, because the system reuses pids. */
export function ownProcess(): string {
  return `${process.pid}-${startTimeOf(process.pid)}`;
}

/** Whether a process named by `ownProcess` still runs on this computer. */
export function isProcessRunning(name: string): boolean {
  const [, pid, startTime] = /^(\d+)-(\w+)$/.exec(name) ?? [];
  if (pid === undefined || Number(pid) < 1) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startTimeOf(Number(pid));
  return now === 'unknown' || startTime === 'unknown' || now === startTime;
}

/** Field 22 of /proc/PID/stat, `unknown` where there is no /proc. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown';
  } catch {
    return 'unknown'; // no /proc, or the process has ended
  }
}
