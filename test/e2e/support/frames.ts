import type { Page } from 'playwright-core';

// The clock is used instead of the browser's frame time: after a long frame that is set back to when the frame was due.
const START = `(() => {
  const frames = { times: [], last: 0, on: true };
  globalThis.slipwayFrames = frames;
  const tick = () => {
    const now = performance.now();
    frames.times.push(now - frames.last);
    frames.last = now;
    if (frames.on) requestAnimationFrame(tick);
    else frames.done();
  };
  return new Promise((started) => requestAnimationFrame(() => {
    frames.last = performance.now();
    requestAnimationFrame(tick);
    started();
  }));
})()`;

// The frame that is drawn when the action ends may be the slow one, so it counts too.
const STOP = `new Promise((stopped) => {
  const frames = globalThis.slipwayFrames;
  frames.done = () => stopped(frames.times);
  frames.on = false;
})`;

/** How evenly the page moved during `action`: milliseconds from one frame to the next. 16.7 is 60 frames a second. */
export async function frameTimes(
  page: Page,
  action: () => Promise<unknown>,
): Promise<{ p95: number; max: number; frames: number }> {
  await page.evaluate(START);
  await action();
  const times = (await page.evaluate<number[]>(STOP)).sort((a, b) => a - b);
  return { p95: times[Math.ceil(times.length * 0.95) - 1] ?? 0, max: times.at(-1) ?? 0, frames: times.length };
}
