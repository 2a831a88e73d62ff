import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { finished, TestProject } from '../support/engine';
import { audit, recover } from '../support/faults/audit';
import { count, report, seedOf } from '../support/faults/count';
import { CrashDisk, lacksCrashDisk } from '../support/faults/crash-disk';
import { CHAIN, StepChain, type History } from '../support/faults/step-chain';
import { Random } from '../support/random';

/** Clones of one command, at random parts of the time that the same command took before. */
const CLONES_PER_RUN = 5;
/** A checkpoint of this age is one that a file system may not have written by itself. */
const RECENT_MS = 5_000;
const lacks = lacksCrashDisk();

const opened: { dispose(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.dispose();
});

const position = (step: string): number => (CHAIN as readonly string[]).indexOf(step);

/** A moment at which the power went, with what had to be on the disk then. */
interface Loss {
  readonly clone: string;
  readonly words: string;
  readonly kept: ReadonlyMap<string, History>;
  readonly isRecent: boolean;
}

describe.each([
  ['ext4', 1],
  ['btrfs', 2],
] as const)('power loss on %s', (type, suite) => {
  it.skipIf(lacks)(
    'at any moment leaves each listed checkpoint whole, none lost, and a build that goes on (skipped without root, XFS or btrfs)',
    async () => {
      const disk = new CrashDisk(type);
      opened.push(disk);
      const project = new TestProject();
      opened.push(project);
      const random = new Random(seedOf(100 + suite));
      const area = join(disk.path, 'area');
      const buildData = join(area, 'build_data');
      const chain = new StepChain(project, area, true);
      const tookMs = new Map<string, number>();
      const wanted = count(3, 100);
      const total = { losses: 0, recent: 0, checkpoints: 0, entries: 0, lost: 0, wrong: 0, lies: 0 };
      const problems: string[] = [];
      expect((await project.build()).code).toBe(0);
      for (let edition = 2; total.losses < wanted; edition++) {
        chain.edition = edition;
        const losses = await loseDuring(nextCommand(edition));
        for (const loss of losses) await judge(loss);
        // What prune has removed comes back.
        if ((await project.build('-R')).code !== 0) expect((await project.build()).code, problems.join('\n')).toBe(0);
      }
      report(
        `power loss on ${type}: ${total.losses} moments, ${total.recent} of them with a checkpoint of the last ${RECENT_MS / 1000} s, ` +
          `${total.checkpoints} checkpoints and ${total.entries} entries compared, ${total.lost} checkpoints lost, ` +
          `${total.wrong} wrong trees, ${total.lies} untrue answers`,
      );
      expect(problems.join('\n')).toBe('');
      expect(total.entries).toBeGreaterThan(0);
      expect(total.recent).toBeGreaterThanOrEqual(count(1, 25));

      function nextCommand(edition: number): string[] {
        if (edition === 2) return ['build'];
        const step = random.pick(CHAIN);
        return random.pick([
          ['build'],
          ['build', '-r', step],
          ['build', '-r', step],
          ['prune', '--from', step, '--yes'],
        ]);
      }

      /** Runs a command and clones the disk at random moments of it. */
      async function loseDuring(words: readonly string[]): Promise<Loss[]> {
        const [command = '', option, step = ''] = words;
        const isKept = (name: string): boolean =>
          command === 'prune' ? position(name) < position(step) : option === '-r' && position(name) <= position(step);
        const before = chain.begun();
        const known = [...new Map(before.map((each) => [each.step, each.history]))].filter(([name]) => isKept(name));
        const expectedMs = tookMs.get(command) ?? 1_500;
        const moments = Array.from(
          { length: Math.min(CLONES_PER_RUN, wanted - total.losses) },
          () => random.next() * expectedMs,
        ).sort((a, b) => a - b);
        const losses: Loss[] = [];
        const started = Date.now();
        const child = project.start('distro_const', [...words, 'manifest.xml']);
        const ended = finished(child);
        for (const moment of moments) {
          await delay(Math.max(0, started + moment - Date.now())); // the moment is what varies
          if (child.exitCode !== null) break;
          const begun = chain.begun();
          const taken = begun.slice(before.length).map((each) => [each.step, each.history] as const);
          losses.push({
            clone: disk.clone(),
            words: `${words.join(' ')} after ${Date.now() - started} ms`,
            kept: new Map([...known, ...taken]),
            isRecent: Date.now() - (begun.at(-1)?.at ?? 0) < RECENT_MS,
          });
        }
        const { code, stderr } = await ended;
        expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
        tookMs.set(command, Date.now() - started);
        return losses;
      }

      /** The power comes back: everything that is listed is read, and the build goes on. What happens then is forgotten. */
      async function judge({ clone, words, kept, isRecent }: Loss): Promise<void> {
        const begun = chain.begun();
        project.env.SLIPWAY_BOOT_ID = `boot-${total.losses}`;
        const [found, after] = await disk.afterPowerLoss(clone, async () => {
          const audited = await audit(project, chain, kept);
          return [audited, await recover(project, chain, buildData, CHAIN)] as const;
        });
        delete project.env.SLIPWAY_BOOT_ID;
        chain.resetRecord(begun);
        total.losses++;
        total.recent += isRecent ? 1 : 0;
        total.checkpoints += found.checkpoints;
        total.entries += found.entries;
        total.lost += found.lost.length;
        total.wrong += found.wrong.length + (after === undefined ? 0 : 1);
        total.lies += found.lies.length;
        const faults = [
          ...found.lost.map((name) => `lost ${name}`),
          ...found.wrong,
          ...found.lies,
          ...(after ? [after] : []),
        ];
        if (faults.length > 0) {
          problems.push(`${words}: ${faults.join('\n    ')}`);
          report(problems.at(-1) ?? '');
        }
      }
    },
  );
});
