import { afterEach, describe, expect, it } from 'vitest';
import type { LinesAnswer } from '../../src-shared/engine-answers/lines';
import { count, report, seedOf } from '../support/faults/count';
import { Killer, lacksTrace, type KillPoint } from '../support/faults/kill-at';
import { PLACES, type Place } from '../support/faults/places';
import { StepChain } from '../support/faults/step-chain';
import { isFull } from '../support/full';
import { Random } from '../support/random';

/** Kills of each command in `npm test`. */
const SMALL_KILLS = 1;
/** A command may have fewer calls than the one in which they were counted. */
const SMALL_ATTEMPTS = 4;
/** Calls between which the engine's own files are in another state. External commands are points in any case. */
const CALLS = ['rename', 'link', 'unlink', 'mkdir'];
const MANIFEST = 'manifest.xml';

let place: Place | undefined;
afterEach(async () => {
  await place?.dispose();
  place = undefined;
});

describe.each(PLACES)('kill -9 of a change of lines on $name:', ({ name, lacks, open }) => {
  it.skipIf(lacks ?? lacksTrace)(
    'The next command completes it, no checkpoint is lost, and each line has its tree (skipped without root, strace or the file system).',
    async () => {
      place = await open();
      const { project, buildData } = place;
      const chain = new StepChain(project, place.area, place.keepsXattrs);
      const killer = new Killer(project);
      const random = new Random(seedOf(700 + PLACES.findIndex((kind) => kind.name === name)));
      const ends = new Map<string, string>();
      let edition = 1;
      let kills = 0;

      const lines = async (): Promise<LinesAnswer['lines']> => ((await project.json('lines')) as LinesAnswer).lines;
      const active = async (): Promise<string> => (await lines()).find((line) => line.active)?.id ?? '';
      const checkpoints = async (without?: string): Promise<string[]> =>
        (await lines())
          .filter(({ id }) => id !== without)
          .flatMap(({ id, checkpoints: all }) => all.map(({ step, key }) => `${id} ${step} ${key}`));
      /** Compares the build data with what the steps of its line have made. */
      async function expectTree(): Promise<void> {
        const end = ends.get(await active());
        if (end === undefined) return; // of a build that was killed
        expect(chain.historyOf(buildData)).toBe(end);
        expect(await chain.manifest(buildData)).toEqual(await chain.expected(end));
      }
      async function run(...args: string[]): Promise<void> {
        const { code, stderr } = await project.run(...args);
        expect(code, stderr).toBe(0);
      }
      async function fork(): Promise<void> {
        chain.edition = ++edition;
        await run('build', '--fork', '-r', 'c', MANIFEST);
        ends.set(await active(), chain.historyOf(buildData));
      }
      /** Runs a command once, to find its points, and then for each chosen one again. */
      async function killAt(command: () => Promise<string[]>, check: () => Promise<void>): Promise<void> {
        const points: KillPoint[] = [];
        const kinds = isFull ? ['calls', 'commands'] : [random.pick(['calls', 'commands'])];
        for (const kind of kinds) {
          const args = await command();
          const found = kind === 'calls' ? await killer.points(...args) : await killer.commands(...args);
          points.push(...found.filter((point) => kind === 'commands' || CALLS.includes(point.kind)));
          await check();
        }
        const wanted = kills + count(SMALL_KILLS, Infinity);
        for (const point of chosen(points)) {
          if (kills >= wanted) break;
          const { code, signal } = await killer.runKilled(point, ...(await command()));
          if (signal === 'SIGKILL' || code === 137) kills++;
          await check();
        }
      }
      function chosen(points: readonly KillPoint[]): readonly KillPoint[] {
        const most = count(SMALL_ATTEMPTS, Infinity);
        return most >= points.length ? points : Array.from({ length: most }, () => random.pick(points));
      }

      await run('build', MANIFEST);
      ends.set('main', chain.historyOf(buildData));
      await fork();

      const both = await checkpoints();
      await killAt(
        async () => ['switch', MANIFEST, (await active()) === 'main' ? 'line-2' : 'main'],
        async () => {
          expect((await checkpoints()).sort()).toEqual([...both].sort());
          await expectTree();
        },
      );

      let before: string[] = [];
      let left = '';
      await killAt(
        async () => {
          before = await checkpoints();
          left = await active();
          chain.edition = ++edition;
          return ['build', '--fork', '-r', 'c', MANIFEST];
        },
        async () => {
          expect(await checkpoints()).toEqual(expect.arrayContaining(before));
          if ((await active()) !== left) await run('switch', MANIFEST, left);
          await expectTree();
        },
      );

      let removed = '';
      await killAt(
        async () => {
          await fork();
          removed = left;
          left = await active();
          before = await checkpoints(removed);
          return ['line', 'remove', '--yes', MANIFEST, removed];
        },
        async () => {
          expect((await checkpoints(removed)).sort()).toEqual([...before].sort());
          if ((await lines()).some(({ id }) => id === removed)) await run('line', 'remove', '--yes', MANIFEST, removed);
          await expectTree();
        },
      );

      report(`kill -9 of changes of lines on ${name}: ${kills} kills, no checkpoint lost, no wrong tree`);
      expect(kills).toBeGreaterThan(0);
    },
  );
});
