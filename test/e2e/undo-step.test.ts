// Add step makes a script on disk. Undo removes it while it is unchanged, and redo makes it again.
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { tinyLinux, TimelinePage } from './support/timeline';

async function addStep(page: Page, name: string): Promise<void> {
  await new Designer(page).goTo('Steps');
  await page.getByRole('button', { name: 'Add step…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add step' });
  await dialog.getByRole('textbox', { name: 'New script' }).fill(name);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** The files that the section Scripts lists. */
const listed = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Manifest scripts' }).getByRole('button', { name, exact: true });

it('Undo of Add step removes its script, and redo makes it again, executable.', async () => {
  const { path, folder } = tinyLinux();
  const { page } = await openInChromium({ document: path });
  const script = join(folder, 'scripts/extra');
  await addStep(page, 'extra');
  await new Designer(page).row('Step extra').waitFor();
  const text = readFileSync(script, 'utf8');
  await page.keyboard.press('Control+z');
  await expect.poll(() => existsSync(script)).toBe(false);
  await new Designer(page).goTo('Scripts');
  await listed(page, 'iso').waitFor();
  await listed(page, 'extra').waitFor({ state: 'detached' });
  await new Designer(page).goTo('Steps');
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => existsSync(script)).toBe(true);
  expect([readFileSync(script, 'utf8'), statSync(script).mode & 0o100]).toEqual([text, 0o100]);
});

it('Undo of a finalizer of a template removes only the files that it brought.', async () => {
  const { path, folder } = tinyLinux();
  rmSync(join(folder, 'scripts/common.sh'));
  const { page } = await openInChromium({ document: path });
  await new Designer(page).goTo('Steps');
  await page.getByRole('button', { name: 'Add step…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add step' });
  await dialog.getByRole('searchbox').fill('usb');
  await dialog.getByRole('button', { name: /^usb/ }).first().click();
  await new Designer(page).row('Step usb').waitFor();
  expect(existsSync(join(folder, 'scripts/usb'))).toBe(true);
  await page.keyboard.press('Control+z');
  await expect.poll(() => existsSync(join(folder, 'scripts/usb'))).toBe(false);
  await expect.poll(() => existsSync(join(folder, 'scripts/common.sh'))).toBe(false);
  expect(existsSync(join(folder, 'scripts/iso'))).toBe(true);
});

it('A script that was edited after Add step stays, and Changes has the name of each file.', async () => {
  const { path, folder } = tinyLinux();
  const named = join(folder, 'other-name.xml');
  renameSync(path, named);
  const { page } = await openInChromium({ document: named });
  const script = join(folder, 'scripts/extra');
  await addStep(page, 'extra');
  await new Designer(page).row('Step extra').waitFor();
  await new TimelinePage(page).addToScript('extra', '# more\n');
  await new Designer(page).goTo('Changes');
  expect(
    await page.getByRole('region', { name: 'Changes since save' }).getByRole('heading', { level: 2 }).allTextContents(),
  ).toEqual(['other-name.xml', 'scripts/extra']);
  await page.keyboard.press('Control+z');
  await page.getByRole('heading', { name: 'other-name.xml' }).waitFor({ state: 'detached' });
  await new Designer(page).save();
  expect(readFileSync(script, 'utf8')).toMatch(/# more$/m);
});

it('Undo and redo in quick succession leave the files of the last state.', async () => {
  const { path, folder } = tinyLinux();
  const { page } = await openInChromium({ document: path });
  const designer = new Designer(page);
  const added = ['one', 'two', 'three'];
  for (const name of added) await addStep(page, name);
  await designer.row('Step three').waitFor();
  // As fast as a held key repeats, which is faster than main answers.
  const press = (key: 'z' | 'Z') =>
    page.evaluate(`for (let times = 0; times < 3; times++) document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: '${key}', shiftKey: ${key === 'Z'}, ctrlKey: true, bubbles: true }))`);
  const existing = () => added.filter((name) => existsSync(join(folder, 'scripts', name)));
  await press('z');
  await expect.poll(existing).toEqual([]);
  await press('Z');
  await expect.poll(existing).toEqual(added);
  await press('z');
  await press('Z');
  await page.keyboard.press('Control+z');
  await designer.save();
  expect(existing()).toEqual(['one', 'two']);
});
