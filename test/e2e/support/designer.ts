import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { announcements } from './announcements';

/** The designer as a user reads it: sections, lists and fields by their names. */
export class Designer {
  /** The number of announcements that earlier calls have consumed. */
  #next = 0;

  constructor(readonly page: Page) {}

  /** The list on the left. */
  section(title: string): Locator {
    return this.page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name: title });
  }

  async goTo(title: string): Promise<void> {
    await this.section(title).click();
    await this.page.getByRole('heading', { level: 1, name: title }).waitFor();
  }

  /** Unfolds the settings of a section that few users need. */
  async unfold(): Promise<void> {
    const folded = this.page.locator('details:not([open]) > summary').filter({ hasText: /^Advanced/ });
    while ((await folded.count()) > 0) await folded.first().click();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  row(name: string): Locator {
    return this.page.locator(`[role=option][data-name="${name}"]`);
  }

  /** The rows that are in the page, in order. */
  async rows(): Promise<string[]> {
    const options = await this.page.getByRole('listbox').first().getByRole('option').all();
    const placed = await Promise.all(
      options.map(async (option) => ({
        at: Number(await option.getAttribute('aria-posinset')),
        name: (await option.getAttribute('data-name')) ?? '',
      })),
    );
    return placed.sort((a, b) => a.at - b.at).map(({ name }) => name.replace(/^Step /, ''));
  }

  /**
   * Waits until screen readers get this announcement after those of earlier calls. A later announcement may have
   * replaced it. An announcement that is still the last one counts again, because the same text twice is one
   * announcement.
   */
  async hears(text: string | RegExp): Promise<void> {
    const fits = (one: string): boolean => (typeof text === 'string' ? one.includes(text) : text.test(one));
    let all: string[] = [];
    const recent = async (): Promise<string[]> => (all = await announcements(this.page)).slice(this.#next);
    await expect.poll(recent).toSatisfy((heard: string[]) => heard.some(fits), `hears ${text}`);
    const at = all.findIndex((one, index) => index >= this.#next && fits(one));
    this.#next = at === all.length - 1 ? at : at + 1;
  }

  /** Opens another manifest in browser mode, in place of one without unsaved work. */
  async open(path: string): Promise<void> {
    await this.page.keyboard.press('Control+o');
    const browse = this.page.getByRole('dialog', { name: 'Open manifest' });
    await browse.getByLabel('File', { exact: true }).fill(path);
    await browse.getByRole('button', { name: 'Open' }).click();
    await this.page.getByRole('banner').getByTitle(path, { exact: true }).waitFor();
  }

  /** Saves and waits until it is done. */
  async save(): Promise<void> {
    await this.page.keyboard.press('Control+s');
    await expect.poll(() => this.button('Save').isDisabled()).toBe(true);
  }

  /** Undoes and saves edits until a condition is true. Returns how many it has undone. */
  async undoUntil(isUndone: () => boolean): Promise<number> {
    let undone = 0;
    await expect
      .poll(async () => {
        await this.page.keyboard.press('Control+z');
        undone++;
        await this.save();
        return isUndone();
      })
      .toBe(true);
    return undone;
  }
}
