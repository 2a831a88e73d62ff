// Writing an image to a USB stick. A loop device stands in for one, which a variable of the app's environment allows.
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootSector } from '../support/boot-sector';
import { TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { lacksRootOr, runTool } from '../support/run-tool';
import { openInChromium } from './support/app';
import { keyboardPerson, mousePerson } from './support/person';
import { takePictures, violationsInBothThemes } from './support/themes';
import { TimelinePage } from './support/timeline';

const MIB = 1024 ** 2;
const lack = lacksRootOr('losetup', 'lsblk', 'blkid', 'blockdev', 'mkfs.vfat');

describe.skipIf(lack !== undefined)(`a USB stick${lack === undefined ? '' : ` (${lack})`}`, () => {
  let project: TestProject;
  let device: string;
  let stick: string;
  let image: string;

  beforeEach(() => {
    project = new TestProject({ steps: [{ name: 'usb' }] });
    const media = join(project.area, 'media');
    mkdirSync(media, { recursive: true });
    image = join(media, 'sample.usb');
    writeFileSync(image, bootSector('hello'));
    truncateSync(image, 24 * MIB);
    stick = join(project.folder, 'stick');
    writeFileSync(stick, '');
    truncateSync(stick, 40 * MIB);
    runTool('mkfs.vfat', '-n', 'HOLIDAY', stick);
    device = runTool('losetup', '--find', '--show', stick).trim();
  });
  afterEach(() => {
    runTool('losetup', '-d', device);
    project.dispose();
  });

  async function openDialog() {
    const document = join(project.folder, 'manifest.xml');
    const { page } = await openInChromium({ document, env: { SLIPWAY_LOOP_DISKS: '1' }, width: 1360, height: 860 });
    const timeline = new TimelinePage(page);
    await timeline.open();
    await timeline.tab('Outputs');
    const open = page.getByRole('button', { name: 'Write to USB stick… sample.usb' });
    return { page, open, dialog: page.getByRole('dialog', { name: 'Write to a USB stick' }) };
  }

  const radioOf = (within: Locator | Page) => within.locator(`input[type=radio][value="${device}"]`);

  it.each([
    ['the mouse', mousePerson],
    ['the keyboard', keyboardPerson],
  ])('is written with %s after its name was typed', async (_, personOf) => {
    const { page, open, dialog } = await openDialog();
    const person = personOf(page);
    await person.press(open);
    const disk = radioOf(dialog);
    await disk.waitFor();
    if (person.isKeyboard) {
      await disk.focus();
      await page.keyboard.press('Space');
    } else await disk.click();
    const field = dialog.getByLabel('Type HOLIDAY to confirm.');
    const write = dialog.getByRole('button', { name: 'Erase and write' });
    await person.fill(field, 'HOLIDA');
    expect(await write.isDisabled()).toBe(true);
    await page.keyboard.press('Enter');
    expect(readFileSync(stick).includes('HOLIDAY')).toBe(true);
    expect(await violationsInBothThemes(page)).toEqual([]);
    await takePictures(page, 'write-disk');
    await person.fill(field, 'HOLIDAY');
    await person.press(write);
    await dialog.getByText('Written, read back and compared.').waitFor();
    expect(
      readFileSync(stick)
        .subarray(0, 24 * MIB)
        .equals(readFileSync(image)),
    ).toBe(true);
    expect(await violationsInBothThemes(page)).toEqual([]);
    await takePictures(page, 'write-disk-done');
    await person.press(dialog.getByRole('button', { name: 'Close' }));
    await dialog.waitFor({ state: 'detached' });
  });

  it('that is too small, or pulled out, is named', async () => {
    truncateSync(image, 64 * MIB);
    const { page, open, dialog } = await openDialog();
    await open.click();
    const row = dialog.locator('label', { has: radioOf(page) });
    await row.getByText('It is too small: 24 MiB are missing.').waitFor();
    expect(await radioOf(dialog).isDisabled()).toBe(true);
    await takePictures(page, 'write-disk-small');
    // The list follows plugging in and out.
    truncateSync(stick, 600 * MIB);
    runTool('losetup', '--set-capacity', device);
    truncateSync(image, 512 * MIB);
    await eventually(async () => expect(await radioOf(dialog).isDisabled()).toBe(false));
    await radioOf(dialog).click();
    await dialog.getByLabel(/to confirm/).fill('HOLIDAY');
    await dialog.getByRole('button', { name: 'Erase and write' }).click();
    await dialog
      .getByText(/^\d.* of 512/)
      .filter({ hasNotText: /^0 / })
      .waitFor();
    truncateSync(stick, 8 * MIB);
    runTool('losetup', '--set-capacity', device);
    await dialog.getByRole('alert').getByText('it was removed, or it is damaged').waitFor();
    await takePictures(page, 'write-disk-lost');
    await dialog.getByRole('button', { name: 'Back to the list' }).click();
    await row.getByText('It is too small').waitFor();
  });
});
