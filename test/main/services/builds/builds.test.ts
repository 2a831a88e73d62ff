import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildArea } from '../../../../src-engine/area/area';
import { acquireLock } from '../../../../src-engine/area/lock';
import { AppError } from '../../../../src-shared/errors';
import { buildServices } from '../../../support/build-host';
import { BuildWatch } from '../../../support/build-watch';
import { finished, TestProject } from '../../../support/engine';

let project: TestProject;
let watch: BuildWatch;
let path: string;

/** An edit of a script may be seen as several changes. */
const MAX_LOOKS_PER_EDIT = 3;
/** Runs until the test ends it. */
const WAIT = 'while [ ! -e "$2/go" ]; do sleep 0.02; done';

beforeEach(() => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b', body: WAIT }, { name: 'c' }] });
  path = join(project.folder, 'manifest.xml');
  watch = new BuildWatch(buildServices(), path);
});
afterEach(() => {
  watch.end();
  project.dispose();
});

const builds = () => watch.services.builds;
const start = (choice: { resume?: string; pause?: string } = {}) => builds().start({ path, ...choice }, {});
const go = (): unknown => project.file('area/build_data/pkg_image/go', '');
const checkpoints = () =>
  watch.area?.steps.map(({ step, snapshot, freshness }) => `${step}:${snapshot ? freshness?.kind : 'none'}`);
/** Waits until the newest of that many runs has ended and the area is free. */
const ended = (runs = 1) =>
  watch.until(
    (seen) => seen.runs.size === runs && seen.last?.state !== 'running' && seen.area?.lock.kind === 'free' && seen.last,
  );

describe('a build', () => {
  it('is seen step by step, and leaves its checkpoints', async () => {
    await watch.until(({ area }) => area);
    expect(watch.area).toMatchObject({
      exists: false,
      backend: 'plain',
      lock: { kind: 'free' },
      latestResumable: null,
    });
    const { run, queued } = await start();
    expect(queued).toBe(false);
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'b');
    expect(watch.last).toMatchObject({ run, state: 'running', client: 'Slipway', checkpoints: ['a', 'b'] });
    go();
    await ended();
    expect(watch.last).toMatchObject({
      state: 'done',
      exitCode: 0,
      steps: [
        { step: 'a', outcome: 'done' },
        { step: 'b', outcome: 'done' },
        { step: 'c', outcome: 'done' },
      ],
    });
    await watch.until(({ area }) => area?.latestResumable === 'c');
    expect(checkpoints()).toEqual(['a:current', 'b:current', 'c:current']);
    const [first] = watch.area?.steps ?? [];
    await watch.until(({ area }) => area?.steps[0]?.snapshot?.referenced !== undefined);
    expect(first?.expectedSeconds).toBeGreaterThanOrEqual(0);
  });

  it('pauses where asked while it runs, and resumes from there', async () => {
    await start({ pause: 'c' });
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'b');
    await builds().pauseBefore({ path, step: null }, {});
    await watch.until(({ last }) => last?.pause === null);
    await builds().pauseBefore({ path, step: 'c' }, {});
    await watch.until(({ last }) => last?.pause === 'c');
    go();
    expect(await ended()).toMatchObject({ state: 'paused', pausedBefore: 'c' });
    await watch.until(({ area }) => area?.latestResumable === 'c');
    project.ran();
    await start({ resume: 'c' });
    expect(await ended(2)).toMatchObject({ state: 'done', resume: 'c', steps: [{ step: 'c', outcome: 'done' }] });
    expect(project.ran()).toEqual(['c']);
  });

  it('ends with all its descendants when it is cancelled, and the answer has the step to resume from', async () => {
    await start();
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'b');
    expect(await builds().cancel({ path }, {})).toEqual({ step: 'b', resumeFrom: 'b' });
    expect(await ended()).toMatchObject({ state: 'cancelled', steps: [{}, { step: 'b', outcome: 'cancelled' }] });
  });

  it('is an error with the message of the engine when the engine refuses it', async () => {
    await watch.until(({ area }) => area);
    await expect(start({ resume: 'c' })).rejects.toThrow(
      expect.objectContaining({ code: 'refused', message: expect.stringContaining('no valid steps to resume from') }),
    );
    await expect(builds().plan({ path, resume: 'c' }, {})).rejects.toThrow(AppError);
    project.edit((text) => text.replace('<vmimg_params/>', '<vmimg/>'));
    await expect(start()).rejects.toThrow(/manifest\.xml:\d+:\d+: error: .*vmimg/);
  });
});

describe('two builds asked for at once', () => {
  it('run one after the other, and no record counts twice', async () => {
    project.script('b');
    const both = await Promise.all([start(), start()]);
    expect(both.map(({ queued }) => queued).sort()).toEqual([false, true]);
    expect(await ended(2)).toMatchObject({ state: 'done' });
    expect([...watch.runs.values()].map(({ steps, checkpoints: taken }) => [steps.length, taken])).toEqual([
      [3, ['a', 'b', 'c']],
      [3, ['a', 'b', 'c']],
    ]);
  });
});

describe('builds that another process started', () => {
  it('are shown, and queued builds wait for them', async () => {
    await watch.until(({ area }) => area);
    const terminal = project.start('distro_const', ['build', 'manifest.xml']);
    const end = finished(terminal);
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'b');
    expect(watch.last).toMatchObject({ client: 'terminal', pid: terminal.pid });
    expect(await start({ resume: 'c' })).toEqual({ queued: true });
    expect(await start()).toEqual({ queued: true });
    const queue = await watch.until(({ area }) => area?.queue.length === 2 && area.queue);
    await builds().unqueue({ path, id: queue[1]?.id ?? '' }, {});
    project.ran();
    go();
    await end;
    await watch.until(({ runs, last }) => runs.size === 2 && last?.state === 'done');
    expect(project.ran()).toEqual(['c', 'c']);
    expect(watch.last).toMatchObject({ client: 'Slipway', resume: 'c' });
  });

  it('are shown as interrupted when they are killed, and resume', async () => {
    await watch.until(({ area }) => area);
    const terminal = project.start('distro_const', ['build', 'manifest.xml']);
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'b');
    terminal.kill('SIGKILL');
    await watch.until(({ last }) => last?.state === 'interrupted');
    expect(watch.last?.steps.at(-1)).toMatchObject({ step: 'b', outcome: 'interrupted' });
    await watch.until(({ area }) => area?.lock.kind === 'stale');
    project.script('b');
    await start({ resume: 'b' });
    expect(await ended(2)).toMatchObject({ state: 'done' });
  });
});

describe('the lock of the area', () => {
  it('is seen free again when no journal reports it', async () => {
    project.script('b');
    await start();
    await ended();
    const area = { mountpoint: project.area, stateFolder: join(project.area, '.slipway') } as BuildArea;
    const lock = await acquireLock(area, 'prune', path);
    project.script('c'); // an edit makes the session ask the engine
    await watch.until((seen) => seen.area?.lock.kind === 'held');
    const { looks } = watch;
    await watch.until((seen) => seen.looks > looks + MAX_LOOKS_PER_EDIT);
    lock.release();
    await watch.until((seen) => seen.area?.lock.kind === 'free');
  });
});

describe('another window', () => {
  it('receives everything when it opens later, and every run once', async () => {
    project.script('b');
    for (let n = 0; n < 3; n++) {
      const { run = '' } = await start();
      await watch.until(({ runs, area }) => runs.get(run)?.state === 'done' && area?.lock.kind === 'free');
    }
    watch.end();
    const later = new BuildWatch(buildServices(), path);
    await later.until(({ runs }) => runs.size === 3);
    expect(later.states).toEqual(Array(3).fill('done a:done b:done c:done'));
    await start({ pause: 'b' });
    expect(await later.until(({ last }) => last?.state === 'paused' && last)).toMatchObject({ pausedBefore: 'b' });
    later.end();
  });
});

describe('lines', () => {
  const lines = () => watch.lines.map(({ id, name, active }) => `${active ? '*' : ''}${id}:${name}`);

  it('come with the watch, while a build runs that has made one, and after each change', async () => {
    project.script('b');
    await start();
    await ended();
    await watch.until(({ lines: known }) => known.length === 1);
    project.script('b', WAIT);
    await builds().start({ path, resume: 'b', fork: true }, {});
    // Between the two halves of the fork, both lines are there and the first one is active.
    await watch.until(({ lines: [first], last }) => first?.id === 'line-2' && last?.state === 'running');
    expect(watch.last).toMatchObject({ line: 'line-2', parent: 'main@b' });
    expect(lines()).toEqual(['*line-2:b edited', 'main:main']);
    go();
    await ended(2);
    await builds().changeLine({ path, line: 'main', change: { kind: 'rename', name: 'before' } }, {});
    expect(lines()).toEqual(['*line-2:b edited', 'main:before']);
    await builds().switchLine({ path, line: 'main' }, {});
    await watch.until(({ lines: [first] }) => first?.id === 'main');
    const rule = { kind: 'line', line: 'line-2' } as const;
    await builds().pruneLines({ path, rule, remove: true }, {});
    expect(lines()).toEqual(['*main:before']);
    const later = new BuildWatch(watch.services, path);
    expect(await later.until(({ lines: known }) => known[0]?.name)).toBe('before');
    later.end();
  });
});
