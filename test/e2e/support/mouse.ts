import type { Locator, Page } from 'playwright-core';

/** The edge that the list marks while something is dragged over a row. */
const EDGE = { before: 'top', after: 'bottom' };

/**
 * Drags a row before or after another one of an upright list, as a hand does, and lets go only when the page shows where it would land.
 * Both rows must fit on the screen together.
 */
export async function dragTo(page: Page, from: Locator, to: Locator, where: 'before' | 'after'): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  await to.scrollIntoViewIfNeeded();
  const [start, target] = [await boxOf(from), await boxOf(to)];
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  // Only a mouse that has moved a little starts a drag.
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2 + 8, { steps: 4 });
  const y = target.y + target.height * (where === 'before' ? 0.15 : 0.85);
  await page.mouse.move(target.x + target.width / 2, y, { steps: 12 });
  const mark = page.locator(`[data-drop-edge="${EDGE[where]}"]`);
  await to.and(mark).or(to.locator(mark)).first().waitFor({ state: 'attached' });
  await page.mouse.up();
}

async function boxOf(row: Locator) {
  const box = await row.boundingBox();
  if (!box) throw new Error(`${row} is not to be seen`);
  return box;
}
