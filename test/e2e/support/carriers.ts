import { describe } from 'vitest';
import { electronRuntime } from '../../support/electron-runtime';
import { onlyInFull } from '../../support/full';
import { openInChromium, openInElectron, type OpenApp, type OpenOptions } from './app';

const runtime = await electronRuntime();
const lacksElectron = 'lacks' in runtime ? runtime.lacks : undefined;

/** Opens the app in one of its carriers. */
export type Open = (options?: OpenOptions) => Promise<OpenApp>;

/** How tests in both carriers run. */
export interface CarrierOptions {
  /** Why the tests cannot run on this host. */
  readonly lacks?: string | undefined;
  /** Runs the tests in Electron in `npm test` too, and not only in `npm run test:full`. */
  readonly isMainJob?: boolean;
}

/**
 * Describes tests in Chromium and in Electron. `npm test` runs the main use case once in Electron and all tests in
 * Chromium, because the window is the same page in both.
 */
export function inCarriers({ lacks, isMainJob = false }: CarrierOptions, body: (open: Open) => void): void {
  const electron = lacks ?? lacksElectron ?? (isMainJob ? undefined : onlyInFull);
  const carriers: [string, Open, string | undefined][] = [
    ['Chromium', openInChromium, lacks],
    ['Electron', openInElectron, electron],
  ];
  for (const [name, open, why] of carriers)
    describe.skipIf(why !== undefined)(`In ${name}${why === undefined ? '' : ` (${why})`}:`, () => body(open));
}
