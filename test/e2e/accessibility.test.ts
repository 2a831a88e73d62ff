import { describe, expect, it } from 'vitest';
import { SECTIONS } from '../../src-shared/document/sections';
import { openInChromium } from './support/app';
import { accessibilityViolations } from './support/axe';
import { Designer } from './support/designer';

describe.each(['light', 'dark'] as const)('Accessibility (%s):', (theme) => {
  it('Axe finds nothing on any screen or dialog.', async () => {
    const { page } = await openInChromium({ theme });
    const designer = new Designer(page);
    const found: string[] = [];
    const look = async (where: string): Promise<void> => {
      for (const violation of await accessibilityViolations(page)) found.push(`${where}: ${violation}`);
    };
    for (const { title } of SECTIONS) {
      await designer.goTo(title);
      await look(title);
    }
    for (const [key, title] of [
      ['Control+n', 'New from template'],
      ['Control+o', 'Open manifest'],
      ['Control+e', 'Export for the command line'],
      ['Control+k', 'Commands'],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole('dialog', { name: title }).waitFor();
      await look(title);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await designer.goTo('Steps');
    await designer.button('Add step…').click();
    await page.getByRole('dialog').waitFor();
    await look('Add step');
    await page.keyboard.press('Escape');
    await designer.goTo('Packages');
    await designer.button('Paste list…').click();
    await page.getByRole('dialog').waitFor();
    await look('Paste list');
    await page.keyboard.press('Escape');
    await designer.goTo('Accounts and locale');
    await page.getByLabel('Host name').fill('<&');
    await page.getByLabel('User id').fill('many');
    await look('with problems');
    await designer.goTo('Changes since save');
    await look('Changes');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('close the');
    await page.keyboard.press('Enter');
    await look('Save the changes?');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('heading', { name: 'Compose an operating-system image' }).waitFor();
    await look('Welcome');
    expect(found).toEqual([]);
  });
});
