import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { BuildHost, StartedBuild } from '../../src-main/build-hosts/build-host';
import type { StatusAnswer } from '../../src-shared/engine-answers/status';
import type { BuildChoice } from '../../src-shared/rpc/builds';
import type { TestProject, TestStep } from '../support/engine';
import { eventually } from '../support/eventually';

/** The functions that a kind of build host supports. The suite expects an `unsupported` error for all others. */
export interface BuildHostProperties {
  /** Whether a checkpoint is `current` or `stale`; otherwise it is `unknown`. */
  readonly knowsFreshness: boolean;
  readonly movesPause: boolean;
  readonly prunes: boolean;
  /** Whether files of a checkpoint can be read wherever the build area is. */
  readonly readsFiles: boolean;
  /** Whether the host has the commands that only Slipway's engine has. */
  readonly hasOwnCommands: boolean;
}

/** A build host, and a project whose manifest it builds. */
export interface BuildHostUnderTest {
  readonly host: BuildHost;
  readonly project: TestProject;
}

/** The part of a kind of build host that the suite needs. */
export interface BuildHostSubject {
  readonly name: string;
  /** Why it cannot be tested here. The names of the tests show the reason. */
  readonly lacks: string | undefined;
  readonly properties: BuildHostProperties;
  setUp?(): Promise<void>;
  tearDown?(): Promise<void>;
  /** A new project with these steps, in a build area of its own. It is disposed when the test ends. */
  open(steps: readonly TestStep[]): BuildHostUnderTest;
}

/** A step that ends when the test writes the file `go` beside the manifest, or when the project is removed. */
const WAIT = (folder: string): string => `while [ -d '${folder}' ] && [ ! -e '${folder}/go' ]; do sleep 0.05; done`;
const unsupported = { name: 'AppError', code: 'unsupported' };

/** The contract of a `BuildHost`, tested with real builds. */
export function describeBuildHost({ name, lacks, properties, open, ...subject }: BuildHostSubject): void {
  describe.skipIf(lacks)(`The build host ${name}${lacks === undefined ? '' : ` (${lacks})`}:`, () => {
    beforeAll(() => subject.setUp?.());
    afterAll(() => subject.tearDown?.());

    class Builds {
      readonly host: BuildHost;
      readonly project: TestProject;
      readonly path: string;

      constructor() {
        ({ host: this.host, project: this.project } = open(['a', 'b', 'c'].map((step) => ({ name: step }))));
        this.path = join(this.project.folder, 'manifest.xml');
        onTestFinished(() => this.project.dispose());
      }

      status(): Promise<StatusAnswer> {
        return this.host.status(this.path);
      }

      async start(choice: BuildChoice = {}): Promise<StartedBuild> {
        const { area } = await this.status();
        return this.host.start(this.path, join(area.path, 'logs'), choice);
      }

      /** Builds, and returns the run when the area is free again. */
      async build(choice: BuildChoice = {}) {
        const { ended, run } = await this.start(choice);
        await ended;
        let found: StatusAnswer['runs'][number] | undefined;
        await eventually(async () => {
          const { lock, runs } = await this.status();
          expect(lock.kind).toBe('free');
          found = runs.find((one) => one.run === run) ?? runs.at(-1);
          expect(found?.state).not.toBe('running');
        });
        return found;
      }

      /** Starts a build that waits in step b until `release`. */
      async hold(): Promise<StartedBuild> {
        this.project.script('b', WAIT(this.project.folder));
        const started = await this.start();
        await eventually(async () => {
          const { lock, runs } = await this.status();
          expect([lock.kind, runs.at(-1)?.steps.at(-1)?.step]).toEqual(['held', 'b']);
        });
        return started;
      }

      release(): void {
        this.project.file('go', '');
      }
    }

    it('An area before its first build does not exist, is free, and has no checkpoint.', async () => {
      const status = await new Builds().status();
      expect(status).toMatchObject({ lock: { kind: 'free' }, latestResumable: null, checkpointing: true, runs: [] });
      expect(status.area.exists).toBe(false);
      expect(status.steps.map(({ step, snapshot }) => [step, snapshot])).toEqual([
        ['a', null],
        ['b', null],
        ['c', null],
      ]);
    });

    it('A build runs every step, takes a checkpoint before each, and is in the status.', async () => {
      const builds = new Builds();
      expect(await builds.build()).toMatchObject({
        state: 'done',
        exitCode: 0,
        checkpoints: ['a', 'b', 'c'],
        steps: ['a', 'b', 'c'].map((step) => ({ step, outcome: 'done' })),
      });
      expect(builds.project.ran()).toEqual(['a', 'b', 'c']);
      const { steps, latestResumable } = await builds.status();
      expect(latestResumable).toBe('c');
      const freshness = properties.knowsFreshness ? 'current' : 'unknown';
      expect(steps.map((one) => [one.step, one.resumable, one.freshness?.kind])).toEqual([
        ['a', true, freshness],
        ['b', true, freshness],
        ['c', true, freshness],
      ]);
      const { checkpoints } = await builds.host.checkpoints(builds.path);
      expect(checkpoints.map(({ step, snapshot }) => `${step} ${snapshot !== null}`)).toEqual([
        'a true',
        'b true',
        'c true',
      ]);
    });

    it('The journal of a run appears in the folder of logs and can be read from its first byte.', async () => {
      const builds = new Builds();
      const run = await builds.build();
      const { area } = await builds.status();
      const logs = join(area.path, 'logs');
      const file = `${run?.run}.jsonl`;
      expect(await builds.host.journals.list(logs)).toContain(file);
      const bytes = await builds.host.journals.readFile(join(logs, file), 0, 1 << 20);
      expect(bytes.toString('utf8')).toMatch(/^\{"kind":/);
      expect(bytes.toString('utf8')).toContain('"kind":"exit"');
    });

    it('A build pauses before a step, and resumes there without the earlier steps.', async () => {
      const builds = new Builds();
      expect(await builds.build({ pause: 'c' })).toMatchObject({ state: 'paused', pausedBefore: 'c' });
      expect(builds.project.ran()).toEqual(['a', 'b']);
      expect((await builds.status()).latestResumable).toBe('c');
      expect(await builds.build({ resume: 'b' })).toMatchObject({ state: 'done', resume: 'b' });
      expect(builds.project.ran()).toEqual(['b', 'c']);
    });

    it('A status since a run has this run and later ones.', async () => {
      const builds = new Builds();
      await builds.build();
      const second = await builds.build({ resume: 'c' });
      const { runs } = await builds.host.status(builds.path, second?.run);
      expect(runs.map(({ run }) => run)).toEqual([second?.run]);
    });

    it('A plan has what resuming keeps, runs and discards.', async () => {
      const builds = new Builds();
      await builds.build();
      expect(await builds.host.plan(builds.path, { resume: 'b' })).toMatchObject({
        kept: ['a'],
        runs: [{ step: 'b' }, { step: 'c' }],
        discarded: ['.step_c'],
      });
    });

    it('An unknown step is refused by the plan and by the start.', async () => {
      const builds = new Builds();
      await builds.build();
      const refused = { name: 'AppError', code: 'refused' };
      await expect(builds.host.plan(builds.path, { resume: 'none' })).rejects.toMatchObject(refused);
      await expect(builds.start({ resume: 'none' })).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('none') as string,
      });
    });

    it('A step that fails ends the build, and is the one to resume from.', async () => {
      const builds = new Builds();
      builds.project.script('b', 'exit 7');
      expect(await builds.build()).toMatchObject({
        state: 'failed',
        steps: [{ outcome: 'done' }, { outcome: 'failed' }],
      });
      expect((await builds.status()).latestResumable).toBe('b');
    });

    it('A build that runs refuses a second one, and is cancelled with its step.', async () => {
      const builds = new Builds();
      await builds.hold();
      const code = await builds.start().then(
        () => 'started',
        (error: { code?: string }) => error.code,
      );
      expect(['locked', 'refused']).toContain(code);
      expect(await builds.host.cancel(builds.path)).toEqual({ step: 'b', resumeFrom: 'b' });
      await eventually(async () => {
        const { lock, runs } = await builds.status();
        expect(lock.kind).not.toBe('held');
        expect(['cancelled', 'interrupted', 'failed']).toContain(runs.at(-1)?.state);
      });
    });

    it('The pause of a running build is moved, or the host reports why it cannot.', async () => {
      const builds = new Builds();
      await builds.hold();
      const { noPauseWhileRunning } = await builds.status();
      const moving = builds.host.pause(builds.path, 'c');
      if (properties.movesPause) expect(await moving).toEqual({ step: 'c' });
      else await expect(moving).rejects.toMatchObject({ ...unsupported, message: noPauseWhileRunning });
      builds.release();
      await eventually(async () => {
        const expected = properties.movesPause ? 'paused' : 'done';
        expect((await builds.status()).runs.at(-1)?.state).toBe(expected);
      });
    });

    it('Checkpoints are listed before they are pruned, or the host reports why it cannot.', async () => {
      const builds = new Builds();
      await builds.build();
      const { noPrune } = await builds.status();
      const choice = { stale: false, from: 'b' };
      const listing = builds.host.prune(builds.path, { ...choice, remove: false });
      if (!properties.prunes) {
        await expect(listing).rejects.toMatchObject({ ...unsupported, message: noPrune });
        return;
      }
      expect(noPrune).toBeUndefined();
      const listed = await listing;
      expect([listed.wouldRemove.length, listed.removed]).toEqual([2, []]);
      const { removed } = await builds.host.prune(builds.path, { ...choice, remove: true });
      expect([...removed].sort()).toEqual(listed.wouldRemove.map((one) => one.name).sort());
      expect((await builds.status()).latestResumable).toBe('a');
    });

    it('A fork keeps the present line, which can be named, switched to and removed, or the host reports why not.', async () => {
      const builds = new Builds();
      const { host, path } = builds;
      await builds.build();
      const { noLines } = await builds.status();
      if (!properties.hasOwnCommands) {
        const refused = { ...unsupported, message: noLines };
        await expect(host.lines.list(path)).rejects.toMatchObject(refused);
        await expect(host.lines.switchTo(path, 'main')).rejects.toMatchObject(refused);
        await expect(host.lines.change(path, 'main', { kind: 'pin', pinned: true })).rejects.toMatchObject(refused);
        await expect(host.lines.prune(path, { kind: 'keep-last', count: 0 }, false)).rejects.toMatchObject(refused);
        await expect(builds.start({ resume: 'b', fork: true })).rejects.toMatchObject(refused);
        await expect(builds.start({ resume: 'b', line: 'main' })).rejects.toMatchObject(refused);
        return;
      }
      expect(noLines).toBeUndefined();
      const seen = async () =>
        (await host.lines.list(path)).lines.map((line) => [line.id, line.checkpoints.map(({ step }) => step).join('')]);
      const run = await builds.build({ resume: 'b', fork: true });
      expect(run).toMatchObject({ line: 'line-2', parent: 'main@b' });
      expect(await seen()).toEqual([
        ['line-2', 'abc'],
        ['main', 'abc'],
      ]);
      await expect(host.lines.change(path, 'main', { kind: 'rename', name: '-before' })).resolves.toMatchObject({
        name: '-before',
      });
      await host.lines.change(path, 'main', { kind: 'describe', text: '--all is well' });
      await host.lines.change(path, 'main', { kind: 'pin', pinned: true });
      const [, main] = (await host.lines.list(path)).lines;
      expect(main).toMatchObject({ name: '-before', description: '--all is well', pinned: true, active: false });
      await expect(host.lines.switchTo(path, 'main')).resolves.toEqual({ line: 'main', left: 'line-2' });
      // A checkpoint of a parked line is resumed from after a switch to it.
      await builds.build({ resume: 'c', line: 'line-2', fork: true });
      // Two of them were left in the same second.
      expect((await seen()).map(([id]) => id).sort()).toEqual(['line-2', 'line-3', 'main']);
      const rule = { kind: 'line', line: 'line-2' } as const;
      expect(await host.lines.prune(path, rule, false)).toMatchObject({ lines: [{ id: 'line-2' }], removedLines: [] });
      expect(await host.lines.prune(path, rule, true)).toMatchObject({ removedLines: ['line-2'] });
      for (const other of [
        { kind: 'older-than', days: 0 },
        { kind: 'keep-last', count: 0 },
        { kind: 'to-size', bytes: 0 },
      ] as const)
        expect(await host.lines.prune(path, other, false)).toMatchObject({ lines: [] }); // the other one is pinned
      expect((await seen()).map(([id]) => id)).toEqual(['line-3', 'main']);
    });

    it('Finished files are listed with their size and their SHA-256.', async () => {
      const builds = new Builds();
      builds.project.script('c', 'echo image >"$5/x.iso"');
      await builds.build();
      const { media } = await builds.host.media(builds.path);
      expect(media.find((one) => one.name === 'x.iso')).toMatchObject({ size: 6 });
      expect((await builds.host.checksum(builds.path, 'x.iso')).sha256).toBe(
        createHash('sha256').update('image\n').digest('hex'),
      );
    });

    it.skipIf(!properties.readsFiles)(
      `The files of a checkpoint are listed and read${properties.readsFiles ? '' : ' (not declared by this host)'}.`,
      async () => {
        const builds = new Builds();
        builds.project.script('a', 'echo content >"$2/file"');
        await builds.build();
        const { entries } = await builds.host.listFiles(builds.path, 'b', 'pkg_image');
        expect(entries.map((one) => one.name)).toContain('file');
        const { argv, options } = await builds.host.fileCommand(builds.path, 'b', 'pkg_image/file');
        const { stdout } = await builds.host.transport.run(argv, options);
        expect(stdout.toString('utf8')).toBe('content\n');
      },
    );

    it('The text that is being edited is validated with the scripts of the host.', async () => {
      const { host, path, project } = new Builds();
      const source = readFileSync(path, 'utf8');
      expect(await host.validate(path, source)).toMatchObject({ valid: true, problems: [] });
      const edited = source.replace('scripts/b', 'scripts/none');
      expect(readFileSync(join(project.folder, 'manifest.xml'), 'utf8')).toBe(source);
      expect(await host.validate(path, edited)).toMatchObject({
        valid: false,
        problems: [{ severity: 'error', code: 'script-not-executable', step: 1 }],
      });
    });

    it('The checklist reports whether a build can start.', async () => {
      const builds = new Builds();
      expect((await builds.host.doctor(builds.path)).findings.length).toBeGreaterThan(0);
      const bad = new Builds();
      bad.project.edit((text) => text.replace('scripts/b', 'scripts/none'));
      expect((await bad.host.doctor(bad.path)).ok).toBe(false);
    });

    it.skipIf(properties.hasOwnCommands)(
      `Commands that the host lacks are unsupported${properties.hasOwnCommands ? ' (this host has them)' : ''}.`,
      async () => {
        const { host, path } = new Builds();
        const lacking = [
          host.bootTest(path, 'x.iso', 'bios').next(),
          host.supportBundle(path),
          host.rights(path),
          host.packages.resolve(path, ''),
        ];
        for (const attempt of lacking) await expect(attempt).rejects.toMatchObject(unsupported);
      },
    );
  });
}
