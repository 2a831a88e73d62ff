import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SECTIONS } from '../../src-shared/document/sections';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { closeDocument, visitDialogs } from './support/dialogs';
import { TestProject } from '../support/engine';
import { unreachableByKeyboard } from './support/keyboard-reach';
import { copyOfSample } from './support/samples';
import { TimelinePage } from './support/timeline';

describe('every action is reachable by keyboard, and shows that it has the focus', () => {
  it('in every section', async () => {
    const { page } = await openInChromium();
    const designer = new Designer(page);
    const found: string[] = [];
    for (const { title } of SECTIONS) {
      await designer.goTo(title);
      for (const fault of await unreachableByKeyboard(page)) found.push(`${title}: ${fault}`);
    }
    // Controls that exist only after a choice or an error.
    await designer.goTo('Packages');
    await page.getByRole('option').first().click();
    for (const fault of await unreachableByKeyboard(page)) found.push(`Packages, one chosen: ${fault}`);
    await designer.goTo('Accounts and locale');
    await designer.unfold();
    await page.getByLabel('User id').fill('many');
    await page.getByRole('region', { name: 'Problems' }).waitFor();
    for (const fault of await unreachableByKeyboard(page)) found.push(`with problems: ${fault}`);
    await designer.goTo('Changes since save');
    for (const fault of await unreachableByKeyboard(page)) found.push(`Changes since save, with some: ${fault}`);
    expect(found).toEqual([]);
  });

  it('in every dialog, and where no manifest is open', async () => {
    const { page } = await openInChromium();
    const designer = new Designer(page);
    const found: string[] = [];
    await designer.goTo('Overview');
    // Browsers show no focus ring after a click.
    await page.keyboard.press('Tab');
    await visitDialogs(page, async (title) => {
      for (const fault of await unreachableByKeyboard(page)) found.push(`${title}: ${fault}`);
    });
    await closeDocument(page);
    for (const fault of await unreachableByKeyboard(page)) found.push(`Welcome: ${fault}`);
    expect(found).toEqual([]);
  });

  it('on the timeline, in every tab', async () => {
    const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b', body: 'echo "cannot" >&2; exit 2' }] });
    onTestFinished(() => project.dispose());
    await project.build();
    const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
    const timeline = new TimelinePage(page);
    const found: string[] = [];
    const look = async (where: string): Promise<void> => {
      for (const fault of await unreachableByKeyboard(page)) found.push(`${where}: ${fault}`);
    };
    await timeline.open();
    await timeline.checkpoint('b').click();
    await page.getByText('Keeps').waitFor();
    await page.getByRole('region', { name: 'What went wrong' }).waitFor();
    for (const tab of ['Log', 'Changes', 'Files', 'Manifest', 'Outputs']) {
      await timeline.tab(tab);
      await look(tab);
    }
    await timeline.button('Table').click();
    await look('tables');
    expect(found).toEqual([]);
  });
});

describe('letters that are typed at once', () => {
  it('go to the first field of a dialog before it was drawn', async () => {
    const { page } = await openInChromium();
    await new Designer(page).goTo('Overview');
    // A message of a channel comes before the next frame, as a quick key may.
    const focused = await page.evaluate<string>(`new Promise((found) => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }));
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => found(document.activeElement.getAttribute('aria-label'));
      port2.postMessage('');
    })`);
    expect(focused).toBe('Search commands');
  });

  it('replace the folder that the dialog Open manifest proposes', async () => {
    const document = copyOfSample();
    const { page } = await openInChromium({ document });
    await new Designer(page).goTo('Overview');
    await page.keyboard.press('Control+o');
    const field = page.getByRole('dialog').getByLabel('File', { exact: true });
    await expect.poll(() => field.inputValue()).toBe(dirname(document));
    await page.keyboard.type('/typed');
    expect(await field.inputValue()).toBe('/typed');
  });

  it('list the folder of a typed path, and go into a folder with Enter', async () => {
    const document = copyOfSample();
    mkdirSync(join(dirname(document), 'scripts'));
    const { page } = await openInChromium({ document });
    await new Designer(page).goTo('Overview');
    await page.keyboard.press('Control+o');
    const dialog = page.getByRole('dialog');
    const field = dialog.getByLabel('File', { exact: true });
    await expect.poll(() => field.inputValue()).toBe(dirname(document));
    /** Size and time of an entry follow on lines of their own. */
    const names = async (): Promise<string[]> =>
      (await dialog.getByRole('list', { name: 'Files in the folder' }).getByRole('button').allInnerTexts()).map(
        (text) => text.trim().split('\n')[0] ?? '',
      );
    await field.fill(`${dirname(document)}/SCR`);
    await expect.poll(names).toEqual(['Parent folder', 'scripts']);
    await page.keyboard.press('Enter');
    await expect.poll(() => field.inputValue()).toBe(join(dirname(document), 'scripts'));
    await field.fill(`${dirname(document)}/mani`);
    await expect.poll(names).toContain('manifest.xml');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('banner').getByTitle(document, { exact: true }).waitFor();
  });
});
