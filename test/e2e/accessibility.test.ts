import { expect, it } from 'vitest';
import { SECTIONS } from '../../src-shared/document/sections';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { closeDocument, visitDialogs } from './support/dialogs';
import { violationsInBothThemes } from './support/themes';

it('Axe finds nothing on any screen or dialog, in either theme.', async () => {
  const { page } = await openInChromium();
  const designer = new Designer(page);
  const found: string[] = [];
  const look = async (where: string): Promise<void> => {
    for (const violation of await violationsInBothThemes(page)) found.push(`${where}: ${violation}`);
  };
  for (const { title } of SECTIONS) {
    await designer.goTo(title);
    await look(title);
  }
  await visitDialogs(page, look);
  await designer.goTo('Accounts and locale');
  await page.getByLabel('Host name').fill('<&');
  await designer.unfold();
  await page.getByLabel('User id').fill('many');
  await look('with problems');
  await designer.goTo('Changes since save');
  await look('Changes');
  await closeDocument(page);
  await look('Welcome');
  expect(found).toEqual([]);
});
