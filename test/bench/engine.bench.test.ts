import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bin, finished, says, TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { btrfsFolder, hasBtrfs } from '../support/temp-btrfs';
import { hasZfs, zfsPool } from '../support/temp-zpool';

/*
 * `npm run bench`: the engine's times, as medians of several runs of whole processes, printed as a table. The tests
 * assert only that each command did its work, because the times depend on the machine.
 */

const RUNS = 10;
const rows: string[] = [];
const opened: { dispose(): void | Promise<void> }[] = [];
afterAll(async () => {
  for (const place of opened.reverse()) await place.dispose();
  process.stdout.write(`\n${rows.join('\n')}\n\n`);
});

function report(what: string, seconds: readonly number[], note = ''): void {
  const sorted = [...seconds].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? NaN;
  const [least, most] = [sorted[0] ?? NaN, sorted.at(-1) ?? NaN];
  rows.push(
    `${what.padEnd(58)} ${median.toFixed(3)} s  (${least.toFixed(3)} to ${most.toFixed(3)}, ${seconds.length} runs)  ${note}`,
  );
}

/** Times an act several times, after one run that is not counted. An act may return its own seconds. */
async function times(count: number, act: () => Promise<number | undefined>): Promise<number[]> {
  const seconds: number[] = [];
  await act();
  for (let n = 0; n < count; n++) {
    const started = performance.now();
    const own = await act();
    seconds.push(own ?? (performance.now() - started) / 1000);
  }
  return seconds;
}

const twelve = Array.from({ length: 12 }, (_, n) => ({ name: `s${n}` }));
/** Steps that do nothing, as in the recorded runs of the original. */
function idle(project: TestProject): void {
  for (const { name } of twelve) {
    writeFileSync(join(project.folder, 'scripts', name), '#!/bin/sh\n', { mode: 0o755 });
  }
}

const places: [string, boolean, () => Promise<(name: string) => string>][] = [
  [
    'zfs',
    hasZfs,
    async () => {
      const pool = await zfsPool(4 * 2 ** 30);
      opened.push(pool);
      return (name) => `${pool.name}/${name}`;
    },
  ],
  [
    'btrfs',
    hasBtrfs,
    async () => {
      const place = await btrfsFolder(6 * 2 ** 30);
      opened.push(place);
      return (name) => join(place.path, name);
    },
  ],
  [
    'plain',
    true,
    async () => {
      const project = new TestProject();
      opened.push(project);
      return (name) => join(project.folder, name);
    },
  ],
];

it('bare node', async () => {
  report(
    'node -e 0 (what every command pays)',
    await times(RUNS, async () => {
      execFileSync('node', ['-e', '0']);
      return undefined;
    }),
  );
});

const ROUNDS = 8;
const RUNS_IN_A_ROUND = 5;
const TICK_SECONDS = 0.01;

/** CPU time of all children that have ended, in seconds. */
function childrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * TICK_SECONDS;
}

/**
 * Reports the CPU time of commands as multiples of the first one's. The runs alternate, because other programs slow the
 * machine.
 */
function reportRatios(commands: Readonly<Record<string, readonly [string, ...string[]]>>, cwd: string): void {
  const sums = new Map<string, number>();
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, [command, ...argv]] of Object.entries(commands)) {
      const before = childrenCpu();
      for (let run = 0; run < RUNS_IN_A_ROUND; run++)
        expect(spawnSync(command, argv, { cwd, stdio: 'ignore' }).status).toBe(0);
      if (round > 0) sums.set(name, (sums.get(name) ?? 0) + childrenCpu() - before); // the first round warms up
    }
  const [base = NaN] = sums.values();
  for (const [name, sum] of sums)
    rows.push(
      `${`CPU time: ${name}`.padEnd(58)} ${(sum / ROUNDS / RUNS_IN_A_ROUND).toFixed(4)} s, ${(sum / base).toFixed(2)} of node -e 0`,
    );
}

it.skipIf(!existsSync('/proc/self/stat'))(
  'CPU time of build -l and of ManifestRead in a step, beside node -e 0 (skipped without /proc)',
  async () => {
    const project = new TestProject({ steps: twelve });
    opened.push(project);
    idle(project);
    expect((await project.build()).code).toBe(0);
    const node = ['node', '-e', '0'] as const;
    const list = [join(bin, 'distro_const'), 'build', '-l', 'manifest.xml'] as const;
    reportRatios({ 'node -e 0': node, 'build -l': list }, project.folder);

    const socket = join(project.folder, 'socket');
    const done = join(project.folder, 'done');
    project.write({
      steps: [{ name: 'a', body: `echo "$1" >"${socket}"; while [ ! -e "${done}" ]; do sleep 0.1; done` }],
    });
    const ended = finished(project.start('distro_const', ['build', 'manifest.xml']));
    await eventually(() => expect(existsSync(socket) && readFileSync(socket, 'utf8')).toMatch(/\n$/));
    const call = [join(bin, 'ManifestRead'), readFileSync(socket, 'utf8').trim(), 'name'] as const;
    reportRatios({ 'node -e 0': node, ManifestRead: call }, project.folder);
    writeFileSync(done, '');
    expect((await ended).code).toBe(0);
  },
);

describe.each(places)('%s', (kind, available, open) => {
  it.skipIf(!available)('-l, twelve steps with nothing to do, memory', async () => {
    const at = await open();
    const project = new TestProject({ steps: twelve, area: at('twelve') });
    opened.push(project);
    idle(project);
    const build = async (...options: string[]): Promise<undefined> => {
      const { code, stderr } = await project.build(...options);
      expect(code, stderr).toBe(0);
      return undefined;
    };
    report(`${kind}: twelve no-op steps with checkpoints`, await times(RUNS, () => build()));
    report(`${kind}: -l`, await times(RUNS, () => build('-l')));
    const { stderr } = spawnSync('/usr/bin/time', ['-f', '%M', join(bin, 'distro_const'), 'build', 'manifest.xml'], {
      cwd: project.folder,
      env: project.env,
      encoding: 'utf8',
    });
    rows.push(
      `${`${kind}: peak memory of that build`.padEnd(58)} ${(Number(stderr.trim().split('\n').at(-1)) / 1024).toFixed(0)} MiB`,
    );
    project.write({ steps: twelve, area: at('unchecked'), checkpointEnable: 'false' });
    idle(project);
    report(`${kind}: twelve no-op steps without checkpoints`, await times(RUNS, () => build()));
  });

  it.skipIf(!available)('snapshot and resume with 300 MB in the area', async () => {
    const at = await open();
    const project = new TestProject({
      // 3,000 files of 100 KB that no file system can compress.
      steps: [
        { name: 'fill', body: 'head -c 300000000 /dev/urandom | split -a 4 -b 100000 - "$2/file-"' },
        { name: 'next', body: 'echo first line >&2' },
      ],
      area: at('big'),
    });
    opened.push(project);
    expect((await project.build()).code).toBe(0);
    const { lastRun } = (await project.json('status')) as { lastRun: { journal: string } };
    const taken = execFileSync('grep', ['"checkpoint-taken"', lastRun.journal], { encoding: 'utf8' })
      .trim()
      .split('\n');
    rows.push(
      `${`${kind}: checkpoint of 300 MB in 3,000 files`.padEnd(58)} ${(JSON.parse(taken[1] ?? '{}') as { seconds: number }).seconds.toFixed(3)} s`,
    );
    const seconds = await times(RUNS, async () => {
      const started = performance.now();
      const resume = project.start('distro_const', ['build', '-r', 'next', 'manifest.xml']);
      const ended = finished(resume);
      await says(resume, /first line/);
      const seconds = (performance.now() - started) / 1000;
      expect((await ended).code).toBe(0);
      return seconds;
    });
    report(`${kind}: from the command to the step's first line, resuming`, seconds);
  });
});
