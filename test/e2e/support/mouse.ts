import type { Locator, Page } from 'playwright-core';

/** The edge that the list marks while something is dragged over a row. */
const EDGE = { before: 'top', after: 'bottom' };

/**
 * Drags a row before or after another one of a vertical list, and releases it only when the page shows the target. Both
 * rows must fit on the screen together.
 */
export async function dragTo(page: Page, from: Locator, to: Locator, where: 'before' | 'after'): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  await to.scrollIntoViewIfNeeded();
  const mark = page.locator(`[data-drop-edge="${EDGE[where]}"]`);
  const marked = to.and(mark).or(to.locator(mark)).first();
  for (let tries = 5; tries > 0; tries--) {
    await carry(page, from, to, where, marked);
    if (await appears(marked)) {
      await page.mouse.up();
      return;
    }
    // On a busy machine the browser may miss the start of a drag. Then the mouse is released and the row is taken
    // again.
    await page.keyboard.press('Escape');
    await page.mouse.up();
  }
  throw new Error(`${from} could not be dragged ${where} ${to}`);
}

async function carry(
  page: Page,
  from: Locator,
  to: Locator,
  where: 'before' | 'after',
  marked: Locator,
): Promise<void> {
  const start = await boxOf(from);
  const hover = async (steps: number) => {
    const { x, y, width, height } = await boxOf(to);
    await page.mouse.move(x + width / 2, y + height * (where === 'before' ? 0.15 : 0.85), { steps });
  };
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  // A drag starts only after the mouse has moved a few pixels.
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2 + 8, { steps: 4 });
  await hover(12);
  // Near its end a list scrolls by itself and moves the row away from the mouse, so the mouse follows.
  for (let tries = 5; tries > 0 && !(await appears(marked)); tries--) await hover(3);
}

function appears(mark: Locator): Promise<boolean> {
  return mark.waitFor({ state: 'attached', timeout: 500 }).then(
    () => true,
    () => false,
  );
}

async function boxOf(row: Locator) {
  const box = await row.boundingBox();
  if (!box) throw new Error(`${row} is not to be seen`);
  return box;
}
