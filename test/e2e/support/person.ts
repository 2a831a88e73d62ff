import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** How a user operates the window: only with the mouse (names are typed), or only with the keyboard. */
export interface Person {
  readonly isKeyboard: boolean;
  press(target: Locator): Promise<void>;
  fill(field: Locator, text: string): Promise<void>;
  choose(select: Locator, value: string): Promise<void>;
}

export function mousePerson(page: Page): Person {
  return {
    isKeyboard: false,
    press: (target) => target.click(),
    async fill(field, text) {
      await field.click({ clickCount: 3 });
      await page.keyboard.press('Delete');
      await page.keyboard.type(text);
      await expect.poll(() => field.inputValue()).toBe(text);
    },
    // A native list opens outside the page, where the mouse of a test cannot go.
    async choose(select, value) {
      await select.selectOption(value);
    },
  };
}

export function keyboardPerson(page: Page): Person {
  return {
    isKeyboard: true,
    async press(target) {
      // Tab moves to the selected item of a group, arrow keys to the others.
      if ((await target.getAttribute('type')) === 'radio') {
        const name = await target.getAttribute('name');
        await tabTo(page, page.locator(`input[name="${name}"]:checked`));
        for (let presses = 0; presses < 20 && !(await target.isChecked()); presses++)
          await page.keyboard.press('ArrowDown');
        return;
      }
      if ((await target.getAttribute('role')) === 'tab') {
        await tabTo(page, page.getByRole('tablist').filter({ has: target }).getByRole('tab', { selected: true }));
        for (let presses = 0; presses < 20 && (await target.getAttribute('aria-selected')) !== 'true'; presses++)
          await page.keyboard.press('ArrowRight');
        return;
      }
      await tabTo(page, target);
      await page.keyboard.press('Enter');
    },
    async fill(field, text) {
      await tabTo(page, field);
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Delete');
      await page.keyboard.type(text);
      await expect.poll(() => field.inputValue()).toBe(text);
    },
    async choose(select, value) {
      await tabTo(page, select);
      await page.keyboard.type(value);
      await expect.poll(() => select.inputValue()).toBe(value);
    },
  };
}

/** More tab stops than any screen has. After these the target counts as unreachable. */
const MAX_TABS = 250;

/** Presses Tab until the target has the focus. A control that cannot be reached is a defect. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const handle = await target.elementHandle();
  for (let tabs = 0; tabs < MAX_TABS; tabs++) {
    if (
      await page.evaluate(
        (element) =>
          element === (globalThis as unknown as { document: { activeElement: unknown } }).document.activeElement,
        handle,
      )
    )
      return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} cannot be reached with Tab`);
}
