import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bin, corpus } from '../support/engine';

const replay = join(corpus, '../tools/golden/replay.sh');
const deviations = join(import.meta.dirname, 'deviations.tsv');
const canReplay = existsSync(replay) && process.getuid?.() === 0 && existsSync('/usr/sbin/zfs-fuse');

describe('recorded runs of the original', () => {
  it.skipIf(!canReplay)(
    'are the same, or differ as deviations.tsv says (skipped without the recordings, root and zfs-fuse)',
    () => {
      const { stdout, status } = spawnSync('bash', [replay, bin, '-d', deviations, '-v'], {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      });
      const summary = stdout.trim().split('\n').at(-1);
      process.stdout.write(`${summary}\n`);
      expect(stdout).toMatch(/\b0 differ, 0 runs missing$/m);
      expect(status).toBe(0);
    },
  );

  it('every deviation has a scenario, a run, a facet and a reason', () => {
    const lines = readFileSync(deviations, 'utf8')
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
  });
});

it('the engine under test was built from this tree', () => {
  expect(execFileSync(join(bin, 'distro_const'), ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
});
