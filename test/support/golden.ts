import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, corpus } from './engine';

const RECORDINGS = join(corpus, 'golden');
const REPLAY = join(corpus, '../tools/golden/replay.sh');
const COMPARE = join(corpus, '../tools/golden/compare.py');

/**
 * Every replay has its own mounts and processes, so that two replays do not share pools and orphans. The mount below
 * the pool prevents a replay from removing the folder, which would unmount the pool of another.
 */
const UNSHARE = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
const INSIDE = 'mkdir -p /refpool; mount -t tmpfs tmpfs /refpool; "$@"; exit';

/** Whether recorded runs of the original can be replayed: needs the recordings, root and zfs-fuse. */
export const canReplay = existsSync(REPLAY) && process.getuid?.() === 0 && existsSync('/usr/sbin/zfs-fuse');

/** Names of the recorded scenarios, divided into `count` shares. Each scenario is in one share. */
export function sharesOfScenarios(count: number): string[][] {
  const names = existsSync(RECORDINGS) ? readdirSync(RECORDINGS, { withFileTypes: true }) : [];
  const scenarios = names.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Array.from({ length: count }, (_, share) => scenarios.filter((_name, at) => at % count === share));
}

/** The result of a replay. */
export interface Replay {
  readonly status: number;
  /** The differences, and a summary as the last line. */
  readonly report: string;
  /** The number of scenarios that were run. */
  readonly ran: readonly string[];
}

/** How a replay differs from that of the built engine in a new area. */
export interface ReplayOptions {
  /** The folder with the commands under test. */
  readonly commands?: string;
  /** Changes the record of each replayed run, a folder, before it is compared. */
  readonly adapt?: (run: string) => void;
}

/** Replays recorded scenarios with the built engine and compares them, except for the listed deviations. */
export async function replay(
  scenarios: readonly string[],
  deviations: string,
  { commands = bin, adapt }: ReplayOptions = {},
): Promise<Replay> {
  const kept = mkdtempSync(join(tmpdir(), 'slipway-golden-'));
  const out = join(kept, 'out');
  const compared = ['-d', deviations, '-v'];
  try {
    const argv = [...UNSHARE, 'sh', '-c', INSIDE, 'sh', 'bash', REPLAY, commands, ...compared, ...scenarios];
    const first = await execute('unshare', argv, { ...process.env, GOLDEN_KEEP: out });
    const ran = existsSync(out) ? readdirSync(out) : [];
    if (!adapt) return { ...first, ran };
    for (const scenario of ran)
      for (const run of readdirSync(join(out, scenario)).filter((name) => /^run\d+$/.test(name)))
        adapt(join(out, scenario, run));
    const again = await execute('python3', [COMPARE, RECORDINGS, out, deviations, '-v'], process.env);
    return { ...again, ran };
  } finally {
    rmSync(kept, { recursive: true, force: true });
  }
}

function execute(command: string, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Omit<Replay, 'ran'>> {
  return new Promise((resolve) =>
    execFile(command, argv, { env, maxBuffer: 1 << 26 }, (error, report) =>
      resolve({ status: error === null ? 0 : 1, report }),
    ),
  );
}
