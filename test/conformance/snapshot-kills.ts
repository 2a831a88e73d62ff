import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SnapshotBackend } from '../../src-engine/snapshots/backend';
import { Random } from '../support/random';
import type { BackendArguments } from '../support/snapshot-child';
import type { SnapshotProcesses } from '../support/snapshot-process';
import type { BackendUnderTest } from './snapshot-subject';

/** The part of a backend's suite that the tests of kills need. */
export interface KillTools {
  /** A new area with build data and these snapshots. */
  areaWith(...snapshots: string[]): Promise<BackendUnderTest>;
  /** Every entry of a tree, as far as the backend keeps it. */
  manifest(path: string): Promise<string[]>;
  names(backend: SnapshotBackend): Promise<string[]>;
  readonly processes: SnapshotProcesses;
}

/** The contract of a `SnapshotBackend` whose process is killed during an operation. */
export function describeKills({ areaWith, manifest, names, processes }: KillTools): void {
  describe('after a kill at any moment,', () => {
    /** Kills an operation at points spread over its duration, and shortly after it. */
    async function killAtRandom(
      seed: number,
      attempt: (milliseconds: number) => Promise<{ finished: boolean; elapsed: number }>,
      check: () => Promise<void>,
    ): Promise<void> {
      const random = new Random(seed);
      let longest = (await attempt(60_000)).elapsed;
      await check();
      let interrupted = 0;
      for (let n = 0; n < 5; n++) {
        const { finished, elapsed } = await attempt(n === 0 ? 0 : random.next() * longest);
        if (finished) longest = elapsed;
        else interrupted++;
        await check();
      }
      expect(interrupted).toBeGreaterThan(0);
    }

    /** A tree that takes some time to copy. */
    async function bigArea(
      skip: (note: string) => void,
    ): Promise<(BackendUnderTest & { reopen: BackendArguments }) | undefined> {
      const area = await areaWith('first');
      if (!area.reopen) return void skip('lives in this process only');
      for (let folder = 0; folder < 15; folder++) {
        mkdirSync(join(area.buildData, `${folder}`));
        for (let n = 0; n < 12; n++)
          writeFileSync(join(area.buildData, `${folder}/${n}`), `${folder} ${n} `.repeat(2000));
      }
      return { ...area, reopen: area.reopen };
    }

    it('a snapshot is listed and complete or not listed', async ({ skip }) => {
      const area = await bigArea(skip);
      if (!area) return;
      const tree = await manifest(area.buildData);
      let n = 0;
      await killAtRandom(
        101,
        (milliseconds) => processes.killDuring(area.reopen, 'take', `s${n++}`, milliseconds),
        async () => {
          expect(await manifest(area.buildData)).toEqual(tree);
          for (const { name } of (await area.backend.list()).filter((snapshot) => snapshot.name === `s${n - 1}`)) {
            const view = await area.backend.open(name);
            expect(await manifest(await view.folder())).toEqual(tree);
            await view.close();
          }
        },
      );
      await area.backend.take('last');
      expect((await names(area.backend)).at(-1)).toBe('last');
    });

    it('a rollback can be repeated', async ({ skip }) => {
      const area = await bigArea(skip);
      if (!area) return;
      const tree = await manifest(area.buildData);
      await area.backend.take('goal');
      await killAtRandom(
        102,
        async (milliseconds) => {
          for (let folder = 0; folder < 15; folder += 2) writeFileSync(join(area.buildData, `${folder}/0`), 'spoilt');
          writeFileSync(join(area.buildData, 'added'), 'x');
          await area.backend.take('newer');
          return processes.killDuring(area.reopen, 'rollback', 'goal', milliseconds);
        },
        async () => {
          expect((await names(area.backend)).slice(0, 2)).toEqual(['first', 'goal']);
          await area.backend.rollback('goal');
          expect(await manifest(area.buildData)).toEqual(tree);
          expect(await names(area.backend)).toEqual(['first', 'goal']);
        },
      );
    });

    it('a reset can be repeated', async ({ skip }) => {
      const area = await bigArea(skip);
      if (!area) return;
      await killAtRandom(
        103,
        async (milliseconds) => {
          writeFileSync(join(area.buildData, 'file'), 'x');
          await area.backend.take('snapshot');
          return processes.killDuring(area.reopen, 'reset', '', milliseconds);
        },
        async () => {
          await area.backend.reset();
          expect(await names(area.backend)).toEqual([]);
          expect(lstatSync(area.buildData).isDirectory()).toBe(true);
          expect(await manifest(area.buildData)).toHaveLength(1);
        },
      );
    });
  });
}
