import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bin } from '../support/engine';
import { isFull } from '../support/full';
import { canReplay, replay, sharesOfScenarios } from '../support/golden';
import { replayWithLines } from '../support/golden-lines';

const deviations = join(import.meta.dirname, 'deviations.tsv');
/** Those of areas with a parked line, in addition. */
const deviationsWithLines = join(import.meta.dirname, 'deviations-with-lines.tsv');

/** Replays mostly wait for each other's timestamps, so several can share one processor. */
const SHARES = 4;

/** The scenarios that `npm test` replays in areas with lines: `-l`, `-r`, `-R` and a changed manifest. */
const FEW =
  /^(03-list-after-success|20-resume-r-earlier|24-resume-R-after-pause|25-resume-R-after-failure|110-changed-packages)$/;

/**
 * The scenarios that send a signal 0.1 s after a step has begun. On a busy machine the step has not yet done what the recorded one had
 * done by then, so they are repeated.
 */
const SIGNALLED = /^(49-terminated-mid-step|50-interrupted-mid-step)$/;
const MAX_REPEATS = 4;

async function expectTheSame(scenarios: readonly string[]): Promise<void> {
  const { status, report, ran } = await replay(scenarios, deviations);
  process.stdout.write(`${report.trim().split('\n').at(-1)}\n`);
  expect(report).toMatch(/\b0 differ, 0 runs missing$/m);
  expect(status).toBe(0);
  expect([...ran].sort()).toEqual([...scenarios].sort());
}

describe('Recorded runs of the original', () => {
  sharesOfScenarios(SHARES).forEach((scenarios, at) =>
    it.skipIf(!canReplay)(
      `Share ${at + 1} of ${SHARES} is the same, or differs as deviations.tsv records (skipped without the recordings, root and zfs-fuse).`,
      { concurrent: true },
      () => expectTheSame(scenarios.filter((name) => !SIGNALLED.test(name))),
    ),
  );

  const signalled = sharesOfScenarios(1)
    .flat()
    .filter((name) => SIGNALLED.test(name));
  it.skipIf(!canReplay).for(signalled)(
    '%s is the same (skipped without the recordings, root and zfs-fuse).',
    { concurrent: true, retry: MAX_REPEATS },
    (name) => expectTheSame([name]),
  );

  const withLines = sharesOfScenarios(SHARES).map((share) => (isFull ? share : share.filter((one) => FEW.test(one))));
  withLines.forEach((scenarios, at) =>
    it.skipIf(!canReplay || scenarios.length === 0)(
      `Share ${at + 1} of ${SHARES} is the same in areas with a parked line and five switches behind them (skipped without the recordings, root and zfs-fuse; all in npm run test:full).`,
      { concurrent: true },
      async () => {
        const { report, ran, areas } = await replayWithLines(scenarios, [deviations, deviationsWithLines]);
        process.stdout.write(`with lines in ${areas} areas: ${report.trim().split('\n').at(-1)}\n`);
        expect(report).toMatch(/\b0 differ, 0 runs missing$/m);
        expect([...ran].sort()).toEqual([...scenarios].sort());
        expect(areas).toBeGreaterThan(0);
      },
    ),
  );

  it.each([deviations, deviationsWithLines])(
    'Every deviation has a scenario, a run, a facet and a reason: %s',
    (path) => {
      const lines = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
      for (const line of lines) {
        const [scenario, run, facet, reason, ...rest] = line.split('\t');
        expect(rest).toEqual([]);
        expect(scenario).not.toBe('*'); // a deviation for everything would hide defects
        expect(run).toMatch(/^(run\d+|\*)$/);
        expect(facet).toMatch(/^(exit|trace|stderr|snapshots|statefiles|contents|queries\.txt)$/);
        expect(reason?.length).toBeGreaterThan(20);
      }
      expect(lines.length).toBeGreaterThan(0);
    },
  );
});

it('The engine under test was built from this tree.', () => {
  expect(execFileSync(join(bin, 'distro_const'), ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
});
