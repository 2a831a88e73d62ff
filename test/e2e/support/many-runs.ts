import { appendFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from '../../support/engine';

/** Writes journals of runs in the engine's form. 100 real builds of 200 steps would take an hour. */
export function inventRuns(project: TestProject, steps: readonly string[], count: number): void {
  const logs = join(project.area, 'logs');
  mkdirSync(logs, { recursive: true });
  const [real = ''] = readdirSync(logs).filter((name) => name.endsWith('.jsonl'));
  const head = readFileSync(join(logs, real), 'utf8').split('\n').slice(0, 2);
  for (let n = 0; n < count; n++) {
    const run = `run-2026-01-01-00-${String(n % 60).padStart(2, '0')}-${String(Math.floor(n / 60)).padStart(2, '0')}-1`;
    const file = join(logs, `${run}.jsonl`);
    const at = 1_767_225_600 + n * 60;
    const [hello = '{}', plan = '{}'] = head;
    appendFileSync(file, `${JSON.stringify({ ...JSON.parse(hello), at, run })}\n${plan}\n`);
    const did = steps.map((step, index) => ({ step, index, outcome: 'done', startedAt: at, seconds: 1.5, exit: 0 }));
    appendFileSync(
      file,
      `${JSON.stringify({ kind: 'exit', at: at + 300, code: 0, outcome: 'done', seconds: 300, steps: did, checkpoints: steps })}\n`,
    );
  }
}
