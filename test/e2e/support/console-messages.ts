import type { BrowserContext } from 'playwright-core';

/** The timeout of each Playwright action, also on a machine that builds images at the same time. */
const ACTION_TIMEOUT_MS = 180_000;

/** The console of an app's pages. */
export interface ConsoleMessages {
  /** Collects the console messages and errors of a context's pages, from this call on. */
  watch(context: BrowserContext): void;
  /** Throws when a page wrote a message, of any level, that the test does not expect. */
  check(): Promise<void>;
}

/** Watches the console of an app. `expected` matches messages that the test causes on purpose. */
export function watchConsole(expected: readonly RegExp[] = []): ConsoleMessages {
  const found: string[] = [];
  const add = (text: string): void => {
    if (!expected.some((pattern) => pattern.test(text))) found.push(text);
  };
  return {
    watch(context) {
      context.setDefaultTimeout(ACTION_TIMEOUT_MS);
      context.on('console', (message) => {
        const { url, lineNumber } = message.location();
        add(`${message.type()}: ${message.text()} (${url}:${lineNumber})`);
      });
      context.on('weberror', (error) => add(`page error: ${error.error().stack ?? error.error()}`));
    },
    check() {
      const seen = found.splice(0);
      if (seen.length === 0) return Promise.resolve();
      return Promise.reject(new Error(`the page wrote to its console:\n${seen.join('\n')}`));
    },
  };
}
