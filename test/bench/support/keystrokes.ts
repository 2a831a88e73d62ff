import type { Page } from 'playwright-core';

/** Times of keystrokes, 95th percentiles in milliseconds over all keys. */
export interface KeystrokeTimes {
  /** What the page does for a key: search, elements and layout. At most a frame, and the list is in the next one. */
  readonly work: number;
  /** From a key's event to the frame after it, with the wait for that frame. */
  readonly frame: number;
}

/** Types queries into the field that has the focus, each over the last one. */
export async function typeQueries(page: Page, queries: readonly string[]): Promise<KeystrokeTimes> {
  await page.evaluate(`(() => {
    globalThis.slipwayKeys?.abort();
    globalThis.slipwayKeys = new AbortController();
    globalThis.slipwayWork = [];
    globalThis.slipwayFrame = [];
    addEventListener('keydown', ({ timeStamp }) => {
      const began = performance.now();
      requestAnimationFrame(() => setTimeout(() => globalThis.slipwayFrame.push(performance.now() - timeStamp)));
      addEventListener('input', () => queueMicrotask(() => queueMicrotask(() => setTimeout(() => {
        void document.body.offsetHeight;
        globalThis.slipwayWork.push(performance.now() - began);
      }))), { once: true });
    }, { capture: true, signal: globalThis.slipwayKeys.signal });
  })()`);
  for (const query of queries) {
    await page.keyboard.press('Control+a');
    for (const letter of query) {
      await page.keyboard.press(letter === ' ' ? 'Space' : letter);
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
    }
  }
  const p95 = async (name: string): Promise<number> => {
    const times = (await page.evaluate<number[]>(`globalThis.${name}`)).sort((a, b) => a - b);
    return times[Math.ceil(times.length * 0.95) - 1] ?? Infinity;
  };
  return { work: await p95('slipwayWork'), frame: await p95('slipwayFrame') };
}
