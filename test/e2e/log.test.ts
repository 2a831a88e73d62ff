// The log under load, with the real engine.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { TimelinePage } from './support/timeline';

const MIB = 1024 * 1024;

async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
}

it('A step prints 1,000,000 lines; the window stays small and finds each of them.', { timeout: 600_000 }, async () => {
  const body = 'seq -f "line %.0f of many, as long as the lines of a compiler or of a package manager are" 1 1000000';
  const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b', body }] });
  onTestFinished(() => project.dispose());
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
  const timeline = new TimelinePage(page);
  await timeline.open();
  const before = await heap(page);
  const log = page.getByRole('log');
  await timeline.buildButton.click();
  await timeline.says('Running b');
  await timeline.says('Done', 300_000);
  await timeline.tab('Log');
  await page
    .getByTestId('log-count')
    .filter({ hasText: /1,000,0\d\d lines/ })
    .waitFor({ timeout: 120_000 });
  await log.getByText(/Build is successful/).waitFor();
  const box = await log.boundingBox();
  if (!box) throw new Error('no log');
  await page.mouse.move(box.x + 200, box.y + 100);
  for (let n = 0; n < 60; n++) await page.mouse.wheel(0, n % 10 === 9 ? -40_000 : -700);
  const find = page.getByRole('searchbox', { name: 'Find in log' });
  await find.fill('LINE 777777 of');
  await find.press('Enter');
  await log.getByText(/line 777777 of/).waitFor();
  expect(await page.getByTestId('log-found').textContent()).toBe('1 of 1');
  await log.press('Home');
  await log.getByText(/Build started/).waitFor();
  const grown = (await heap(page)) - before;
  process.stdout.write(`1,000,000 lines: the page's heap grew by ${(grown / MIB).toFixed(1)} MiB\n`);
  expect(grown).toBeLessThan(64 * MIB);
});
