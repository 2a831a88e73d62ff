import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { SECTIONS } from '../../src-shared/document/sections';
import { openInChromium } from '../e2e/support/app';
import { Designer } from '../e2e/support/designer';

/** The folder of the README's pictures. `npm run screenshots` writes them. */
const folder = join(import.meta.dirname, '../../resources/screenshots');

it.each(['dark', 'light'] as const)('takes every screen, %s', async (theme) => {
  mkdirSync(folder, { recursive: true });
  const { page } = await openInChromium({ theme, width: 1360, height: 860 });
  const designer = new Designer(page);
  const take = (name: string): Promise<Buffer> =>
    page.screenshot({ path: join(folder, `${name.toLowerCase().replaceAll(' ', '-')}-${theme}.png`) });
  await designer.goTo('Steps');
  // A boot menu that comes too late, and a name that appears in the changes.
  await designer.row('Step grub-setup').click();
  await page.keyboard.press('Alt+ArrowDown');
  await designer.goTo('Accounts and locale');
  await page.getByLabel('Host name').fill('slipway');
  for (const { title: section } of SECTIONS) {
    if (section === 'Packages') continue; // packages.test.ts, with an image that has some
    await designer.goTo(section);
    if (section === 'Steps') await designer.row('Step grub-setup').click();
    await take(section);
  }
  await designer.goTo('Steps');
  await designer.button('Add step…').click();
  await page.getByRole('dialog').waitFor();
  await take('add step');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+e');
  await page.getByRole('heading', { name: 'The original distro_const rejects' }).waitFor();
  await take('export');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+n');
  await page.getByRole('dialog').waitFor();
  await take('new from template');
});
