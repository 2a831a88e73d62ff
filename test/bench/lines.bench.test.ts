import { afterAll, describe, expect, it } from 'vitest';
import type { LinesAnswer } from '../../src-shared/engine-answers/lines';
import { finished, says } from '../support/engine';
import { PLACES, type Place } from '../support/faults/places';

/*
 * A fork and a switch with 300 MB in 3,000 files, beside a plain resume in the same rounds, with few checkpoints and with
 * many. The tests assert only that each command did its work.
 */

const ROUNDS = 5;
const CHECKPOINTS = [3, 12];
const FILL = 'head -c 300000000 /dev/urandom | split -a 4 -b 100000 - "$2/file-"';
const CHANGE = 'head -c 1000000 /dev/urandom >"$2/changed"';
const rows: string[] = [];
afterAll(() => void process.stdout.write(`\n${rows.join('\n')}\n\n`));

/** Seconds until the resumed step prints. */
async function resume({ project }: Place, ...options: string[]): Promise<number> {
  const started = performance.now();
  const build = project.start('distro_const', ['build', ...options, '-r', 'last', 'manifest.xml']);
  const ended = finished(build);
  await says(build, /first line/);
  const seconds = (performance.now() - started) / 1000;
  expect((await ended).code).toBe(0);
  return seconds;
}

async function switchTo({ project }: Place, line: string): Promise<number> {
  const started = performance.now();
  expect((await project.run('switch', 'manifest.xml', line)).code).toBe(0);
  return (performance.now() - started) / 1000;
}

async function parkedLine({ project }: Place): Promise<string> {
  const { lines } = (await project.json('lines')) as LinesAnswer;
  return lines.find(({ active }) => !active)?.id ?? '';
}

const median = (seconds: readonly number[]): number => [...seconds].sort((a, b) => a - b)[seconds.length >> 1] ?? NaN;

const KINDS = PLACES.filter(({ name }) => name !== 'plain as a user').flatMap((kind) =>
  CHECKPOINTS.map((checkpoints) => ({ ...kind, checkpoints })),
);

describe.each(KINDS)('$name, $checkpoints checkpoints', ({ name, lacks, open, checkpoints }) => {
  it.skipIf(lacks)('A fork and a switch beside a plain resume (skipped without root or the file system).', async () => {
    const place = await open();
    try {
      const { project } = place;
      const changes = Array.from({ length: checkpoints - 2 }, (_, n) => ({ name: `change-${n}`, body: CHANGE }));
      const last = { name: 'last', body: `echo "first line" >&2\n${CHANGE}` };
      const steps = [{ name: 'fill', body: FILL }, ...changes, last];
      project.write({ area: place.area, steps });
      expect((await project.build()).code).toBe(0);
      const [resumes, forks, switches]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < ROUNDS; round++) {
        resumes.push(await resume(place));
        forks.push(await resume(place, '--fork'));
        for (let n = 0; n < 2; n++) switches.push(await switchTo(place, await parkedLine(place)));
        const removed = await project.run('line', 'remove', '--yes', 'manifest.xml', await parkedLine(place));
        expect(removed.code, removed.stderr).toBe(0);
      }
      const [plain, fork, change] = [median(resumes), median(forks), median(switches)];
      rows.push(
        `${name}, ${checkpoints} checkpoints: resume ${plain.toFixed(2)} s, fork ${fork.toFixed(2)} s (${(fork / plain).toFixed(2)}), switch ${change.toFixed(2)} s (${(change / plain).toFixed(2)})`,
      );
    } finally {
      await place.dispose();
    }
  });
});
