import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { count } from '../support/faults/count';

const RUNS = count(100, 1_000);

let project: TestProject | undefined;
afterEach(() => project?.dispose());

it(`status, plan and a build are right in an area of ${RUNS} runs`, async () => {
  project = new TestProject({ steps: [{ name: 'a', body: 'seq 400' }, { name: 'b' }] });
  expect((await project.build()).code).toBe(0);
  const logs = join(project.area, 'logs');
  const journal = readdirSync(logs).find((name) => name.endsWith('.jsonl')) ?? '';
  const [, newest] = /^(.*)\.jsonl$/.exec(journal) ?? [];
  const two = (n: number): string => String(n).padStart(2, '0');
  for (let n = 0; n < RUNS; n++) {
    const stamp = `2020-01-01-${two(Math.floor(n / 3600))}-${two(Math.floor(n / 60) % 60)}-${two(n % 60)}`;
    copyFileSync(join(logs, journal), join(logs, `run-${stamp}-1.jsonl`));
  }
  const { runs, lastRun } = (await project.json('status')) as {
    runs: { run: string; state: string }[];
    lastRun: { run: string };
  };
  expect(runs.length).toBe(RUNS + 1);
  expect(new Set(runs.map(({ run }) => run)).size).toBe(RUNS + 1);
  expect(lastRun.run).toBe(newest);
  expect((await project.json('plan', '-R')) as object).toMatchObject({ resume: 'b' });
  expect((await project.build('-R')).code).toBe(0);
  const after = (await project.json('status')) as { runs: unknown[]; lastRun: { run: string; state: string } };
  expect(after.runs.length).toBe(RUNS + 2);
  expect(after.lastRun.run).not.toBe(newest);
});
