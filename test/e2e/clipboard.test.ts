// Steps and packages go through the clipboard as text, and the focus follows shortcuts.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { copyOfSample } from './support/samples';

const focusedRow = (page: Page): Promise<string> =>
  page.evaluate<string>('document.activeElement.dataset.name ?? document.activeElement.ariaLabel ?? ""');

it('Steps are copied into another manifest, cut and pasted, and undone.', async () => {
  const projects = ['a', 'x'].map((first) => {
    const project = new TestProject({ steps: [first, 'b', 'c'].map((name) => ({ name })) });
    onTestFinished(() => project.dispose());
    return join(project.folder, 'manifest.xml');
  });
  const [one = '', other = ''] = projects;
  const { page } = await openInChromium({ document: one });
  const designer = new Designer(page);
  await designer.goTo('Steps');
  await designer.row('Step a').click();
  await designer.row('Step b').click({ modifiers: ['Shift'] });
  await page.keyboard.press('Control+c');
  await designer.hears('2 entries copied');
  await designer.open(other);
  await designer.goTo('Steps');
  await designer.row('Step c').click();
  await page.keyboard.press('Control+v');
  await designer.hears('2 entries pasted at position 4');
  expect(await designer.rows()).toEqual(['x', 'b', 'c', 'a', 'b-2']);
  await page.keyboard.press('Control+x');
  await designer.hears('2 entries removed');
  expect(await designer.rows()).toEqual(['x', 'b', 'c']);
  for (let times = 0; times < 2; times++) await page.keyboard.press('Control+z');
  expect(await designer.rows()).toEqual(['x', 'b', 'c']);
  await expect.poll(() => designer.button('Save').isDisabled()).toBe(true);
});

it('Names of packages are pasted from any text, without those that are in the list.', async () => {
  const { page } = await openInChromium({ document: copyOfSample() });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  await page.keyboard.press('Control+2');
  await page.getByRole('heading', { level: 1, name: 'Packages' }).waitFor();
  const list = page.getByRole('listbox', { name: 'Packages to install' });
  const before = await list.getByRole('option').count();
  await list.getByRole('option').first().click();
  await page.keyboard.press('Control+c');
  await page.keyboard.press('Control+v');
  await page.getByText('All of them are in the list already.').first().waitFor();
  expect(await list.getByRole('option').count()).toBe(before);
});

it('After a shortcut the main list of a section has the focus.', async () => {
  const { page } = await openInChromium({ document: copyOfSample() });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('go to steps');
  await page.keyboard.press('Enter');
  await expect.poll(() => focusedRow(page)).toBe('Step im-pop');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => focusedRow(page)).toBe('Step im-mod');
});

it('A script of the build host becomes a step after the selected one.', async () => {
  const { page } = await openInChromium({ document: copyOfSample() });
  const designer = new Designer(page);
  await designer.goTo('Steps');
  await designer.row('Step im-pop').click();
  await designer.button('Add step…').click();
  const dialog = page.getByRole('dialog', { name: 'Add step' });
  await dialog.getByLabel('Existing script').fill('/usr/share/distro_const/post_boot.sh');
  await dialog.getByRole('button', { name: 'Add script' }).click();
  await designer.row('Step post_boot').waitFor();
  expect((await designer.rows()).slice(0, 3)).toEqual(['im-pop', 'post_boot', 'im-mod']);
  await designer.button('Add step…').click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
});
