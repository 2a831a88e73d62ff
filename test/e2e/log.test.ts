// The log under load, with the real engine.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { count } from '../support/faults/count';
import { ManyLines } from './support/many-lines';

const MIB = 1024 * 1024;
const LINES = count(200_000, 1_000_000);

async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
}

it(`A step prints ${LINES} lines; the window stays small and finds each of them.`, { timeout: 1_200_000 }, async () => {
  const lines = await ManyLines.open(LINES);
  const before = await heap(lines.page);
  await lines.build();
  await lines.openLog();
  await lines.scroll();
  await lines.find();
  await lines.goToStart();
  const grown = (await heap(lines.page)) - before;
  process.stdout.write(`${LINES} lines: the page's heap grew by ${(grown / MIB).toFixed(1)} MiB\n`);
  expect(grown).toBeLessThan(64 * MIB);
});
