import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { accessibilityViolations } from './axe';

/** The light theme is last, because pages are opened with it. */
const THEMES = ['dark', 'light'] as const;

/** Does something in the dark and then in the light theme, in which it leaves the page. */
export async function inBothThemes(page: Page, look: (theme: 'light' | 'dark') => Promise<void>): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    // Colours change over time. Animations without an end, such as those of work in progress, are not waited for.
    await page.evaluate(
      `Promise.allSettled(document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished)).then(() => undefined)`,
    );
    await look(theme);
  }
}

/** The problems that axe finds in the present page in either theme, as `accessibilityViolations` reports them. */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  await inBothThemes(page, async (theme) => {
    found.push(...(await accessibilityViolations(page)).map((violation) => `${theme}: ${violation}`));
  });
  return found;
}

/** With `PICTURES` set to a folder, saves a picture of the window in each theme there. */
export async function takePictures(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder !== undefined)
    await inBothThemes(page, async (theme) => {
      await page.screenshot({ path: join(folder, `${theme}-${name}.png`) });
    });
}
