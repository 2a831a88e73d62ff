import { describe, expect, it } from 'vitest';
import { SECTIONS } from '../../src-shared/document/sections';
import { openInChromium } from './support/app';
import { accessibilityViolations } from './support/axe';
import { Designer } from './support/designer';
import { closeDocument, visitDialogs } from './support/dialogs';

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
});
