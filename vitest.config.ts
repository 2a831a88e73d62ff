import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        // State of the window has runes, which the compiler of Svelte translates.
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'unit',
          include: ['test/{shared,engine,main,renderer,tools,source}/**/*.test.ts'],
          globalSetup: 'test/support/build-engine.ts',
          testTimeout: 30_000,
          // Vitest leaves a processor free, which is half of a small machine.
          maxWorkers: '100%',
        },
      },
      {
        // Real file systems, real pools, the recorded runs of the original: needs root for most of it.
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          exclude: ['test/conformance/golden.test.ts'],
          globalSetup: 'test/support/build-engine.ts',
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Seeded faults: kills, power loss, random trees. `npm run test:full` runs their full counts.
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          globalSetup: 'test/support/build-engine.ts',
          testTimeout: process.env.SLIPWAY_FULL === '1' ? 4 * 3_600_000 : 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Build hosts over SSH, with OpenSSH's own server on loopback: needs root.
        test: {
          name: 'hosts',
          include: ['test/hosts/**/*.test.ts'],
          globalSetup: 'test/support/build-engine.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        // The app in Chromium and in Electron, with a real mouse and a real keyboard.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          expect: { poll: { timeout: 15_000 } },
          globalSetup: ['test/support/build-engine.ts', 'test/support/build-app.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // The pictures of the README, made anew by `npm run screenshots`.
        test: {
          name: 'screenshots',
          include: ['test/screenshots/**/*.test.ts'],
          expect: { poll: { timeout: 15_000 } },
          globalSetup: ['test/support/build-engine.ts', 'test/support/build-app.ts'],
          testTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        // The recordings sleep more than they work: `npm test` runs them beside the others.
        test: {
          name: 'golden',
          include: ['test/conformance/golden.test.ts'],
          globalSetup: 'test/support/build-engine.ts',
          testTimeout: 1_800_000,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['test/bench/**/*.bench.test.ts'],
          globalSetup: 'test/support/build-engine.ts',
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
          expect: { poll: { timeout: 15_000 } },
          globalSetup: ['test/support/build-engine.ts', 'test/support/build-app.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
