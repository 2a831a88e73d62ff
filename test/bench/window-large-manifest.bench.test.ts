import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openInChromium } from '../e2e/support/app';
import { Designer } from '../e2e/support/designer';
import { frameTimes } from '../e2e/support/frames';
import { copyOfSample, largeManifest, temporary } from '../e2e/support/samples';

it('A manifest of 5,000 packages and 200 steps is opened, scrolled, dragged in and typed in.', async () => {
  const document = join(temporary(), 'manifest.xml');
  writeFileSync(document, largeManifest());
  const small = copyOfSample();
  const { page } = await openInChromium({ document: small });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  // Through the window's own dialog, so that neither the server's start nor the browser's is measured.
  await page.keyboard.press('Control+o');
  await page.getByRole('textbox', { name: 'File' }).fill(document);
  const started = performance.now();
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Content' }).getByText('5,000').waitFor();
  const openedIn = performance.now() - started;

  await designer.goTo('Packages');
  const list = page.locator('[data-scroller]');
  const option = page.getByRole('listbox', { name: 'Packages to install' }).getByRole('option').nth(8);
  await list.hover();
  const scroll = await bestOf(3, () =>
    frameTimes(page, async () => {
      for (let turns = 0; turns < 60; turns++) await page.mouse.wheel(0, 400);
    }),
  );
  await option.hover();
  const box = await option.boundingBox();
  if (!box) throw new Error('no row');
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 10, { steps: 4 });
  const drag = await bestOf(3, () =>
    frameTimes(page, async () => {
      for (let at = 0; at < 120; at++) await page.mouse.move(box.x + 60, box.y + 10 + (at % 60) * 4);
    }),
  );
  const drop = await frameTimes(page, () => page.mouse.up());
  await option.click();
  const field = page.getByRole('complementary').getByLabel('Name', { exact: true });
  await field.click();
  const { p95: latency } = await bestOf(3, () => typingLatency(page, 'abcdefghijklmnopqrst'));
  process.stdout.write(
    `large manifest: open ${openedIn.toFixed(0)} ms; scroll p95 ${scroll.p95.toFixed(1)} ms; drag p95 ${drag.p95.toFixed(1)} ms, its drop ${drop.max.toFixed(0)} ms; typing p95 ${latency.toFixed(1)} ms\n`,
  );
});

/** Uses the round with the best 95th percentile, so that other processes of the machine do not decide. */
async function bestOf<T extends { readonly p95: number }>(rounds: number, measure: () => Promise<T>): Promise<T> {
  let best = await measure();
  for (let round = 1; round < rounds; round++) {
    const next = await measure();
    if (next.p95 < best.p95) best = next;
  }
  return best;
}

/** From a key's event to the frame that shows it, 95th percentile in milliseconds. */
async function typingLatency(page: Page, text: string): Promise<{ p95: number }> {
  await page.evaluate(`(() => {
    if (!globalThis.slipwayTyping)
      addEventListener('keydown', ({ timeStamp: from }) => {
        requestAnimationFrame(() => setTimeout(() => globalThis.slipwayTyping.push(performance.now() - from)));
      }, true);
    globalThis.slipwayTyping = [];
  })()`);
  for (const key of text) await page.keyboard.press(key);
  await expect.poll(() => page.evaluate('globalThis.slipwayTyping.length')).toBe(text.length);
  const times = (await page.evaluate<number[]>('globalThis.slipwayTyping')).sort((a, b) => a - b);
  return { p95: times[Math.ceil(times.length * 0.95) - 1] ?? 0 };
}
