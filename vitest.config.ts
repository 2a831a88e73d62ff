import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const FULL = process.env.SLIPWAY_FULL === '1';
const ENGINE = 'test/support/build-engine.ts';
const APP = [ENGINE, 'test/support/build-app.ts', 'test/support/prefetch-packages.ts', 'test/e2e/support/chromium.ts'];

/** Registers what helpers leave for the end of a test file. */
const EACH_FILE = 'test/support/each-file.ts';

/** One thread collects the garbage of a worker. On a busy machine several wait for each other. */
const ONE_THREAD = ['--v8-pool-size=1'];

/** A poll for a state, also on a machine that builds images at the same time. The default of one second is too short. */
const POLL = { poll: { timeout: 180_000 } };

/** A look at a page takes processor time of the test, of the browser and of the page. */
const PAGE_POLL = { poll: { ...POLL.poll, interval: 150 } };

/**
 * Tests that build real areas again and again: a third of the unit tests' time. `npm test` runs them, `npm run check` does not, so that
 * it takes less than two minutes.
 */
const AREAS = [
  'test/engine/area/freshness*.test.ts',
  'test/engine/commands/{area-shared,damaged-checkpoints,extract,inspect,look,stale-resume,strange-trees}.test.ts',
  'test/engine/provenance/{planted,prove}.test.ts',
  'test/engine/support-bundle/support.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        // State of the window has runes, which the compiler of Svelte translates.
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'unit',
          // Files share a worker with its loaded modules, which saves half of the processor time outside the engine.
          isolate: false,
          unstubEnvs: true,
          expect: POLL,
          include: ['test/{shared,engine,main,renderer,tools,source}/**/*.test.ts'],
          exclude: AREAS,
          globalSetup: ENGINE,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // Vitest leaves a processor free, which is half of a small machine. One more than there are: tests also wait.
          maxWorkers: availableParallelism() + 1,
        },
      },
      {
        test: {
          name: 'areas',
          expect: POLL,
          include: AREAS,
          globalSetup: ENGINE,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: availableParallelism() + 1,
        },
      },
      {
        // Real file systems, real pools, the recorded runs of the original: needs root for most of it.
        test: {
          name: 'conformance',
          expect: POLL,
          include: ['test/conformance/**/*.test.ts'],
          exclude: ['test/conformance/golden.test.ts'],
          globalSetup: ENGINE,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Seeded faults: kills, power loss, random trees. `npm run test:full` runs their full counts.
        test: {
          name: 'faults',
          expect: POLL,
          include: ['test/faults/**/*.test.ts'],
          globalSetup: ENGINE,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: FULL ? 4 * 3_600_000 : 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Build hosts over SSH, with OpenSSH's own server on loopback: needs root. They mostly wait.
        test: {
          name: 'hosts',
          expect: POLL,
          include: ['test/hosts/**/*.test.ts'],
          globalSetup: ENGINE,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 300_000,
          // Files with a pool wait for each other.
          hookTimeout: 600_000,
          maxWorkers: 3,
        },
      },
      {
        // The app in Chromium and in Electron, with a real mouse and a real keyboard.
        test: {
          name: 'e2e',
          isolate: false,
          include: ['test/e2e/**/*.test.ts'],
          expect: PAGE_POLL,
          globalSetup: APP,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 900_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        // The pictures of the documentation. `npm run screenshots` makes them.
        test: {
          name: 'screenshots',
          include: ['test/screenshots/**/*.test.ts'],
          expect: POLL,
          globalSetup: APP,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // The recordings sleep more than they work: `npm test` runs them beside the others.
        test: {
          name: 'golden',
          expect: POLL,
          include: ['test/conformance/golden.test.ts'],
          globalSetup: ENGINE,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 1_800_000,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['test/bench/**/*.bench.test.ts'],
          expect: POLL,
          globalSetup: APP,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 1_800_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Real images, booted.
        test: {
          name: 'slow',
          include: ['test/slow/**/*.test.ts'],
          expect: POLL,
          globalSetup: APP,
          setupFiles: EACH_FILE,
          execArgv: ONE_THREAD,
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
