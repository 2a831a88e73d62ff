import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bin, finished, says, TestProject } from '../support/engine';
import { btrfsFolder, hasBtrfs } from '../support/temp-btrfs';
import { hasZfs, zfsPool } from '../support/temp-zpool';

/*
 * `npm run bench`: what the engine costs, in medians of several runs of whole processes, printed as a table. Nothing is asserted but
 * that each command did its work: a figure is a figure of one machine.
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

/** Times an act several times after one that is not counted; an act that knows better returns its own seconds. */
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
