// Runs one Vitest project for `npm test`, so that it always ends and leaves no processes or mounts.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { root } from '../launch/set-up.mjs';
import { nodeTool } from './node-tool.mjs';
import { processorTime, timed } from './processor-time.mjs';

/**
 * The time limit of a suite. It is much longer than any suite takes on a shared machine, so that a hanging test is
 * named before an outer timeout ends the run.
 */
const LIMIT_MS = (process.env.SLIPWAY_FULL === '1' ? 8 * 60 : 75) * 60_000;

/**
 * Separate mounts and processes where possible: as root on Linux. Otherwise a sandbox of one suite copies the mounts of
 * another, whose pool then stays busy, and processes of a test outlive its suite.
 */
const UNSHARE = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
const canUnshare = process.getuid?.() === 0 && spawnSync(UNSHARE[0], [...UNSHARE.slice(1), 'true']).status === 0;

/** The mounts include a separate zfs-fuse. ZFS in the kernel is shared by all. */
const ZFS_PLACES = existsSync('/sys/module/zfs') ? [] : ['/run/zfs', '/run/lock/zfs', '/var/lib/zfs'];

/** Stays as the first process, which collects orphaned processes, also their processor time. */
const INSIDE = [
  'set -e',
  ...ZFS_PLACES.map((place) => `mkdir -p ${place}; mount -t tmpfs tmpfs ${place}`),
  '"$@"',
  'exit',
].join('\n');

/**
 * On a busy machine a page, a host or a process may miss the time of a test. A second failure counts; a repetition is
 * reported.
 */
const REPEATED = ['e2e', 'hosts', 'unit', 'areas'];

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    running.forEach(end);
    process.kill(process.pid, signal);
  });

/**
 * Runs a project, whose report is a file. Returns its status, its output, its processor time as a text, and the processes that were
 * still running when it was killed.
 */
export async function runSuite(project, report) {
  const vitest = ['run', '--project', project, ...(REPEATED.includes(project) ? ['--retry', '1'] : [])];
  const times = `${report}.times`;
  const line = nodeTool('vitest', ...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
  const [command, ...args] = timed(canUnshare ? [...UNSHARE, 'sh', '-c', INSIDE, 'sh', ...line] : line, times);
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  let hanging;
  const limit = setTimeout(() => {
    hanging = below(child.pid);
    end(child.pid);
  }, LIMIT_MS);
  const status = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(limit);
  running.delete(child.pid);
  return { status, output, time: processorTime(times), hanging };
}

/** Ends a suite with all its processes. */
function end(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The processes below a process, the longest first: seconds and command of each. */
function below(top) {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid=,etimes=,args=', '--sort=-etimes'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.match(/^ *(\d+) +(\d+) +(\d+) (.*)$/) ?? []);
  const mine = new Set([`${top}`]);
  for (let size = 0; size < mine.size;) {
    size = mine.size;
    for (const [, pid, parent] of all) if (mine.has(parent)) mine.add(pid);
  }
  return all.filter(([, pid]) => mine.has(pid)).map(([, , , age, cmdline]) => `${age} s  ${cmdline.slice(0, 200)}`);
}
