import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { Designer } from './designer';
import { temporary } from './samples';

/** The build view of the window as a user reads it. */
export class TimelinePage {
  constructor(readonly page: Page) {}

  /** Opens the timeline and waits until the build area was read. */
  async open(): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'Build' }).click();
    await this.page.locator('[aria-label=Timeline][aria-busy=false]').waitFor();
    await this.page.getByRole('option').first().waitFor();
  }

  checkpoint(step: string): Locator {
    return this.page.locator(`[data-step="${step}"]`);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('main').getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** The button at the top that offers the recommended build. */
  get buildButton(): Locator {
    return this.page.getByTestId('build');
  }

  /** Waits until the line at the top has the state. */
  async says(state: string | RegExp, timeout = 300_000): Promise<void> {
    await this.page.getByTestId('build-state').filter({ hasText: state }).waitFor({ timeout });
  }

  /** Waits until the checkpoint before a step is drawn in this state. */
  async shows(step: string, state: string): Promise<void> {
    await expect.poll(() => this.checkpoint(step).getAttribute('data-state')).toBe(state);
  }

  /** Opens a script of the manifest, and types at its end. */
  async addToScript(name: string, text: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'Compose' }).click();
    await new Designer(this.page).goTo('Scripts');
    const scripts = this.page.getByRole('navigation', { name: 'Manifest scripts' });
    await scripts.getByRole('button', { name, exact: true }).click();
    await this.page.getByRole('textbox', { name: `Script scripts/${name}` }).click();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
  }

  /**
   * The main use case: pauses a build before a step by a click, types at the end of its script, and resumes from its
   * checkpoint to the end.
   */
  async pauseEditResume(step: string, addition: string): Promise<void> {
    await this.checkpoint(step).click();
    await this.button('Pause here').click();
    await this.buildButton.click();
    await this.says(`Paused before ${step}`);
    await this.addToScript(step, addition);
    await this.open();
    await this.checkpoint(step).click();
    await this.button('Save and resume from here').click();
    await this.says(/^Done/);
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }
}

/** A copy of the template tiny-linux with its scripts, and with its own build area. */
export function tinyLinux(): { path: string; folder: string; area: string } {
  const base = temporary();
  const folder = join(base, 'tiny-linux');
  cpSync(join(import.meta.dirname, '../../../resources/templates/tiny-linux'), folder, { recursive: true });
  const path = join(folder, 'manifest.xml');
  const area = join(base, 'area');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/\/var\/(tmp|lib)\/slipway\/tiny-linux/, area));
  return { path, folder, area };
}
