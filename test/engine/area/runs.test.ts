import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildArea } from '../../../src-engine/area/area';
import { acquireLock } from '../../../src-engine/area/lock';
import { lockPath } from '../../../src-engine/area/lock-file';
import { freeLogStamp } from '../../../src-engine/area/log-names';
import { inOrder, newRunName, runNames } from '../../../src-engine/area/run-names';
import { isRunning, listRuns, type Run } from '../../../src-engine/area/runs';

let area: BuildArea;
beforeEach(() => {
  const mountpoint = mkdtempSync(join(tmpdir(), 'slipway-runs-'));
  area = { mountpoint, stateFolder: join(mountpoint, '.slipway'), logs: join(mountpoint, 'logs') } as BuildArea;
  mkdirSync(area.logs);
});
afterEach(() => rmSync(area.mountpoint, { recursive: true, force: true }));

const NEW = 'run-2026-01-02-03-04-05-000001';
const OLD = 'run-2025-01-01-00-00-00-1';
const line = (kind: string, fields: object = {}): string => `${JSON.stringify({ kind, at: 100, ...fields })}\n`;
const hello = (fields: object = {}): string =>
  line('hello', { protocol: 1, engine: '1', run: NEW, pid: 7, host: 'h', client: 'terminal', ...fields });
const plan = line('plan', {
  manifest: '/m.xml',
  distribution: 'd',
  area: '/a',
  backend: 'plain',
  steps: [{ index: 0, name: 'a', message: 'A', kept: false }],
  resume: null,
  pause: null,
  line: 'main',
  parent: null,
});
const started = line('step-started', { step: 'a', index: 0, pid: 8, argv: ['a'] });
const output = (text: string): string => line('output', { step: 'a', stream: 'stdout', text });
const ran = { step: 'a', index: 0, outcome: 'done', startedAt: 100, seconds: 2 };
const exit = (fields: object = {}): string =>
  line('exit', { code: 0, outcome: 'done', seconds: 3, steps: [ran], checkpoints: ['a'], ...fields });

const ROLLBACK = { step: null, snapshot: 'empty', seconds: 0 };

const journalOf = (name: string): string => join(area.logs, `${name}.jsonl`);
const write = (name: string, ...parts: readonly string[]): void => writeFileSync(journalOf(name), parts.join(''));
const only = (): Run => {
  const [run, ...others] = listRuns(area);
  if (!run || others.length > 0) throw new Error('not one run');
  return run;
};

describe('a journal that another program has compressed or renamed', () => {
  it('is still a run, with the command that makes it readable, and its number is not given again', async () => {
    write(OLD, hello(), plan, started, exit());
    write(NEW, hello(), plan, started, exit());
    execFileSync('gzip', [journalOf(NEW)]);
    const [old, packed] = listRuns(area);
    expect(old).toMatchObject({ run: OLD, state: 'done' });
    expect(packed).toMatchObject({
      run: NEW,
      steps: [],
      problem: expect.stringContaining(`${NEW}.jsonl.gz`) as string,
    });
    expect(newRunName(runNames(area), '2026-02-02-00-00-00')).toBe('run-2026-02-02-00-00-00-000002');
    execFileSync('sh', ['-c', /run on the build host: (.*)$/.exec(packed?.problem ?? '')?.[1] ?? 'false']);
    // The packed file is still there as well.
    expect(listRuns(area).map(({ run, state, problem }) => [run, state, problem])).toEqual([
      [OLD, 'done', undefined],
      [NEW, 'done', undefined],
    ]);
  });
});

describe('names of runs', () => {
  it('are ordered by their number and not by the clock, after those of version 1', () => {
    const names = [
      'run-2026-01-02-03-04-05-000010',
      'run-2027-01-01-00-00-00-000009',
      'run-2026-01-02-03-04-05-1000000',
      'run-2030-01-01-00-00-00-2',
      'run-2030-01-01-00-00-00-10',
      'run-2029-01-01-00-00-00-11',
    ];
    expect(inOrder(names)).toEqual([names[5], names[3], names[4], names[1], names[0], names[2]]);
    expect(inOrder(['simple-log-2026-01-02-03-04-05', 'run-7', NEW])).toEqual([NEW]);
  });

  it('have the next number, also when a journal in between was removed', () => {
    expect(newRunName([], '2026-01-02-03-04-05')).toBe(NEW);
    expect(newRunName([OLD], '2026-01-02-03-04-05')).toBe(NEW);
    expect(newRunName([OLD, NEW, 'run-2026-01-02-03-04-05-000041'], '2020-01-01-00-00-00')).toBe(
      'run-2020-01-01-00-00-00-000042',
    );
  });
});

it('The logs of a second build in the same second have another stamp.', () => {
  const stamp = '2026-01-02-03-04-05';
  expect(freeLogStamp(area.logs, stamp)).toBe(stamp);
  writeFileSync(join(area.logs, `detail-log-${stamp}`), '');
  expect(freeLogStamp(area.logs, stamp)).toBe(`${stamp}-2`);
  writeFileSync(join(area.logs, `simple-log-${stamp}-2`), '');
  expect(freeLogStamp(area.logs, stamp)).toBe(`${stamp}-3`);
});

describe('the runs of an area', () => {
  it('are read from the two ends of long journals', () => {
    const flood = output('x'.repeat(200)).repeat(2000);
    write(NEW, hello(), plan, started, flood, exit({ outcome: 'paused', pause: 'b', pausedBefore: 'b' }));
    expect(only()).toMatchObject({
      run: NEW,
      state: 'paused',
      startedAt: 100,
      planned: [{ name: 'a' }],
      steps: [ran],
      checkpoints: ['a'],
      pause: 'b',
      pausedBefore: 'b',
    });
  });

  it.each([40, 1500])('have all %i steps of a plan and a last record of many pieces', (count) => {
    const names = Array.from({ length: count }, (_, n) => `step-${n}`);
    const planned = names.map((name, index) => ({ index, name, message: `Step ${index}`, kept: false }));
    const steps = names.map((step, index) => ({ ...ran, step, index }));
    const longPlan = line('plan', { ...(JSON.parse(plan) as object), steps: planned });
    write(NEW, hello(), longPlan, output('x').repeat(2000), exit({ steps, checkpoints: names, pause: null }));
    expect(only()).toMatchObject({ state: 'done', pid: 7, planned, steps, checkpoints: names });
  });

  it.each([
    ['has changed the build data when it failed after the rollback', [line('rolled-back', ROLLBACK)], true],
    ['has changed nothing when it failed before the rollback', [], false],
  ])('include one without a step that %s', (_, records, isUnderWay) => {
    const failed = exit({ code: 1, outcome: 'failed', steps: [], checkpoints: [], pause: null });
    write(NEW, hello(), plan, ...records, failed);
    expect(only()).toMatchObject({ state: 'failed', steps: [], isUnderWay });
  });

  it('are read from whole journals for version 1, whose last record does not repeat everything', () => {
    const flood = output('x'.repeat(200)).repeat(2000);
    const cancelled = line('cancelled', { signal: 'SIGTERM', step: 'a' });
    write(OLD, hello(), plan, started, cancelled, flood, exit({ code: 143, outcome: 'cancelled' }));
    expect(only()).toMatchObject({ run: OLD, state: 'cancelled', cancelledBy: 'SIGTERM' });
  });

  it.each([
    ['that is torn', (text: string) => text.slice(0, -20)],
    ['with zeros at its end', (text: string) => text.slice(0, -50) + '\0'.repeat(50)],
    ['without its last record', (text: string) => text.slice(0, text.lastIndexOf('{"kind":"exit"'))],
    ['whose last record is of another shape', (text: string) => text.replace(/"steps":\[\{"step".*?\]/, '"steps":5')],
  ])('are interrupted when nothing runs and the journal is one %s', (_, damage) => {
    for (const flood of ['', output('x'.repeat(200)).repeat(2000)]) {
      write(NEW, damage([hello(), plan, started, flood, exit()].join('')));
      expect(only()).toMatchObject({ state: 'interrupted', startedAt: 100, steps: [{ step: 'a' }] });
    }
  });

  it.each([
    ['an empty journal', ''],
    ['a journal of zeros', '\0'.repeat(5000)],
    ['a journal that is no journal', 'what\n{}\n5\n[1]\n'],
  ])('include one of which nothing is known for %s', (_, content) => {
    write(NEW, content);
    expect(only()).toMatchObject({ run: NEW, state: 'interrupted', steps: [], checkpoints: [] });
  });

  it('are read in bounded memory, also when a journal has a line of hundreds of megabytes', () => {
    write(NEW, hello(), plan, started);
    const piece = 'x'.repeat(1024 * 1024);
    appendFileSync(journalOf(NEW), '{"kind":"output","at":1,"step":"a","stream":"stdout","text":"');
    for (let n = 0; n < 200; n++) appendFileSync(journalOf(NEW), piece);
    appendFileSync(journalOf(NEW), `"}\n${line('paused', { step: 'b' })}`);
    const before = process.memoryUsage().rss;
    expect(only()).toMatchObject({ state: 'interrupted', pausedBefore: 'b' });
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('include one whose journal cannot be read, with a sentence, beside the others', () => {
    mkdirSync(journalOf('run-2026-01-02-03-04-05-000002'));
    write(NEW, hello(), plan, exit());
    expect(listRuns(area)).toMatchObject([
      { run: NEW, state: 'done' },
      { state: 'interrupted', problem: expect.stringMatching(/^The journal cannot be read/) as string },
    ]);
  });
});

describe('a run that has no last record', () => {
  it('runs while its engine holds the lock, and an older one of the same process number does not', async () => {
    const lock = await acquireLock(area, 'build', '/m.xml');
    const mine = { pid: process.pid, lock: lock.id };
    write('run-2026-01-02-03-04-05-000001', hello({ pid: process.pid, lock: 'another' }), plan, started);
    write('run-2026-01-02-03-04-05-000002', hello(mine), plan, started);
    expect(listRuns(area).map(({ state }) => state)).toEqual(['interrupted', 'running']);
    lock.release();
    expect(listRuns(area).map(({ state }) => state)).toEqual(['interrupted', 'interrupted']);
  });

  it('is not taken for an interrupted one when it begins while the runs are read', async () => {
    const lock = await acquireLock(area, 'build', '/m.xml');
    const text = readFileSync(lockPath(area));
    lock.release();
    const { logs } = area;
    // The build takes the lock and writes its journal when the folder of logs is read first.
    const seen = Object.defineProperty({ ...area }, 'logs', {
      get() {
        writeFileSync(lockPath(area), text);
        write(NEW, hello({ pid: process.pid, lock: lock.id }), plan, started);
        return logs;
      },
    });
    expect(listRuns(seen).map(({ state }) => state)).toEqual(['running']);
    expect(listRuns(area).map(({ state }) => state)).toEqual(['running']);
  });

  it('runs when its engine has the lock and has not written a line yet', async () => {
    const lock = await acquireLock(area, 'build', '/m.xml');
    write(OLD, hello({ pid: process.pid }), plan, started);
    write(NEW, '');
    expect([isRunning(area, OLD), isRunning(area, NEW)]).toEqual([false, true]);
    lock.release();
    expect(isRunning(area, NEW)).toBe(false);
  });
});
