import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { finished, TestProject } from '../support/engine';
import { audit, recover } from '../support/faults/audit';
import { count, report, seedOf } from '../support/faults/count';
import { CrashDisk, lacksCrashDisk } from '../support/faults/crash-disk';
import { CHAIN, StepChain, type History } from '../support/faults/step-chain';
import { FaultTally, position } from '../support/faults/tally';
import { Random } from '../support/random';

/** Clones during one command, at random points of the time that the same command took before. */
const CLONES_PER_RUN = 5;
/** A file system may not have written a checkpoint of this age by itself. */
const RECENT_MS = 5_000;
const lacks = lacksCrashDisk();

const opened: { dispose(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.dispose();
});

/** A moment of a power loss, and the checkpoints that must be on the disk then. */
interface Loss {
  readonly clone: string;
  readonly description: string;
  readonly kept: ReadonlyMap<string, History>;
  readonly isRecent: boolean;
}

describe.each([
  ['ext4', 1],
  ['btrfs', 2],
] as const)('Power loss on %s:', (type, suite) => {
  it.skipIf(lacks)(
    'A power loss at any moment leaves each listed checkpoint whole, loses none, and the next build succeeds (skipped without root, XFS or btrfs).',
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
      const tally = new FaultTally();
      let recent = 0;
      expect((await project.build()).code).toBe(0);
      for (let edition = 2; tally.faults < wanted; edition++) {
        chain.edition = edition;
        const losses = await loseDuring(nextCommand(edition));
        for (const loss of losses) await judge(loss);
        // Creates the checkpoints that prune has removed.
        if ((await project.build('-R')).code !== 0) expect((await project.build()).code, tally.problems).toBe(0);
      }
      report(
        `power loss on ${type}: ${tally.faults} moments, ${recent} of them with a checkpoint of the last ${RECENT_MS / 1000} s, ${tally.counts}`,
      );
      expect(tally.problems).toBe('');
      expect(tally.entries).toBeGreaterThan(0);
      expect(recent).toBeGreaterThanOrEqual(count(1, 25));

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

      /** Runs a command and clones the disk at random moments. */
      async function loseDuring(args: readonly string[]): Promise<Loss[]> {
        const [command = '', option, step = ''] = args;
        const isKept = (name: string): boolean =>
          command === 'prune' ? position(name) < position(step) : option === '-r' && position(name) <= position(step);
        const before = chain.begun();
        const known = [...new Map(before.map((each) => [each.step, each.history]))].filter(([name]) => isKept(name));
        const expectedMs = tookMs.get(command) ?? 1_500;
        const moments = Array.from(
          { length: Math.min(CLONES_PER_RUN, wanted - tally.faults) },
          () => random.next() * expectedMs,
        ).sort((a, b) => a - b);
        const losses: Loss[] = [];
        const started = Date.now();
        const child = project.start('distro_const', [...args, 'manifest.xml']);
        const ended = finished(child);
        for (const moment of moments) {
          await delay(Math.max(0, started + moment - Date.now())); // the moment is random
          if (child.exitCode !== null) break;
          const begun = chain.begun();
          const taken = begun.slice(before.length).map((each) => [each.step, each.history] as const);
          losses.push({
            clone: disk.clone(),
            description: `${args.join(' ')} after ${Date.now() - started} ms`,
            kept: new Map([...known, ...taken]),
            isRecent: Date.now() - (begun.at(-1)?.at ?? 0) < RECENT_MS,
          });
        }
        const { code, stderr } = await ended;
        expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
        tookMs.set(command, Date.now() - started);
        return losses;
      }

      /**
       * After the power loss, reads everything that is listed and continues the build. Then the original disk is used
       * again.
       */
      async function judge({ clone, description, kept, isRecent }: Loss): Promise<void> {
        const begun = chain.begun();
        project.env.SLIPWAY_BOOT_ID = `boot-${tally.faults}`;
        const [found, after] = await disk.afterPowerLoss(clone, async () => {
          const audited = await audit(project, chain, kept);
          return [audited, await recover(project, chain, buildData, CHAIN)] as const;
        });
        delete project.env.SLIPWAY_BOOT_ID;
        chain.resetRecord(begun);
        recent += isRecent ? 1 : 0;
        tally.add(description, found, after);
      }
    },
  );
});
