// The results of a build as a user sees them: images, checksums, copies on this computer, and boot tests in a virtual
// machine.
import { mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootRefusal } from '../../src-engine/boot-test/firmware';
import { bootSector } from '../support/boot-sector';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { takePictures, violationsInBothThemes } from './support/themes';
import { TimelinePage } from './support/timeline';

/** A modification time that two files can have exactly. Seconds since the epoch. */
const WHOLE_SECONDS = 1_700_000_000;

const lacking = bootRefusal('bios')?.message;

let project: TestProject;
let manifest: string;
beforeAll(() => {
  project = new TestProject({ steps: [{ name: 'iso' }] });
  manifest = join(project.folder, 'manifest.xml');
});
afterAll(() => project.dispose());

async function open() {
  const { page } = await openInChromium({ document: manifest, width: 1360, height: 860 });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.tab('Outputs');
  const panel = page.getByRole('region', { name: 'Outputs' });
  const look = async (where: string): Promise<void> => {
    expect(await violationsInBothThemes(page)).toEqual([]);
    await takePictures(page, where);
  };
  return { page, panel, look };
}

it('The screen reports that there are no outputs before the first build.', async () => {
  const { panel, look } = await open();
  await panel.getByText('No images yet. Images of a finished build appear here.').waitFor();
  await look('no-image');
});

describe('the outputs, in both themes', () => {
  beforeAll(() => {
    const media = join(project.area, 'media');
    mkdirSync(media, { recursive: true });
    const greeting = Array.from({ length: 12 }, (_, at) => `\x1b[1mline ${at}\x1b[0m\r\n`).join('');
    writeFileSync(join(media, 'sample.usb'), bootSector(`${greeting}<b>x</b>\r\nsample login: `));
    writeFileSync(join(media, 'silent.usb'), bootSector('one moment\r\n'));
    writeFileSync(join(media, '<img src=x>.txt'), 'text');
  });

  it('are listed, summed, and copied out', async () => {
    const { page, panel, look } = await open();
    await panel.getByText('Disk or USB stick image · 1.0 MiB').first().waitFor();
    await panel.getByRole('button', { name: 'Checksum of <img src=x>.txt' }).click();
    await panel.getByText('982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1').waitFor();
    await look('checksum');
    const to = join(project.folder, 'to');
    mkdirSync(to);
    await panel.getByRole('button', { name: 'Save a copy… sample.usb' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').first().fill(to);
    await dialog.getByRole('textbox').first().press('Enter');
    await page
      .getByText(`Copied to ${join(to, 'sample.usb')}`)
      .first()
      .waitFor();
    expect(readFileSync(join(to, 'sample.usb')).length).toBe(1024 * 1024);
  });

  it.skipIf(lacking)(
    `include an image that boots to a login, and one whose boot test is stopped${lacking ? ` (${lacking})` : ''}`,
    async () => {
      const image = join(project.area, 'media', 'sample.usb');
      utimesSync(image, WHOLE_SECONDS, WHOLE_SECONDS);
      const { page, panel, look } = await open();
      await panel.getByRole('button', { name: 'Boot test of sample.usb' }).press('Enter');
      await panel.getByTestId('boot-verdict').filter({ hasText: 'Booted' }).waitFor();
      await panel.getByText('Login prompt on the serial console: sample login:').waitFor();
      const console = panel.getByRole('region', { name: 'Serial console' });
      expect(await console.innerText()).toMatch(/^line 0\n[^]*line 11\n<b>x<\/b>\nsample login: $/);
      await page.getByAltText('Screen of the machine when the test ended').waitFor();
      await look('booted');

      // The verdict belongs to the file's content. Another file with the same size and time has none.
      writeFileSync(`${image}.new`, bootSector('other login: '));
      utimesSync(`${image}.new`, WHOLE_SECONDS, WHOLE_SECONDS);
      renameSync(`${image}.new`, image);
      await page.getByRole('tab', { name: 'Log' }).click();
      await page.getByRole('tab', { name: 'Outputs' }).click();
      // While the list is loading there is no verdict in any case.
      await panel.getByRole('button', { name: 'Boot test of sample.usb' }).waitFor();
      await expect.poll(() => panel.getByTestId('boot-verdict').count()).toBe(0);

      await panel.getByRole('button', { name: 'Boot test of silent.usb' }).click();
      await console.getByText('one moment').waitFor();
      await look('booting');
      // It is still there after the user has opened another screen.
      await page.getByRole('tab', { name: 'Log' }).click();
      await page.getByRole('tab', { name: 'Outputs' }).click();
      await panel.getByRole('button', { name: 'Stop' }).click();
      await panel.getByTestId('boot-verdict').filter({ hasText: 'Stopped' }).waitFor();
      await look('stopped');
      await panel.getByRole('button', { name: 'Close the boot test' }).click();
      await panel.getByTestId('boot-verdict').waitFor({ state: 'detached' });
    },
  );
});
