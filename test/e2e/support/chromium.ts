import { chromium, type Browser } from 'playwright-core';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { hasTool, runTool } from '../../support/run-tool';

declare module 'vitest' {
  interface ProvidedContext {
    /** The WebSocket address of the Chromium that all test files share, or why there is none. */
    chromium: { readonly endpoint: string } | { readonly lacks: string };
  }
}

/** The first is Chromium without its own user interface. It needs less processor time. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** Starts the one Chromium of a project before its tests. Each test has its own context in it. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const name = NAMES.find(hasTool);
  if (name === undefined) {
    project.provide('chromium', { lacks: `needs one of ${NAMES.join(', ')}` });
    return undefined;
  }
  const executablePath = runTool('which', name).trim();
  const server = await chromium.launchServer({ executablePath, args: ['--no-sandbox'] });
  project.provide('chromium', { endpoint: server.wsEndpoint() });
  return () => server.close();
}

/**
 * Connects to the shared Chromium. `close` of the result closes only the contexts that were opened with it. Throws when
 * this host has none.
 */
export function connectChromium(): Promise<Browser> {
  const found = inject('chromium');
  if ('lacks' in found) throw new Error(found.lacks);
  return chromium.connect(found.endpoint);
}
