// Files that attack the program that opens them, in a real window.
import { cpSync, mkdtempSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { visibleName } from '../../src-shared/visible';
import { count, report, seedOf } from '../support/faults/count';
import { HOSTILE_FILES } from '../support/hostile/manifest-files';
import { Random } from '../support/random';
import type { OpenApp, OpenDesktopApp } from './support/app';
import { inCarriers } from './support/carriers';
import { Designer } from './support/designer';
import { copyOfSample, temporary } from './support/samples';

/** Opens a file as a user does: with the dialog of the system or of the page, or with the list of the dialog when its name has several lines. */
async function openFile(app: OpenApp, path: string): Promise<void> {
  const { page } = app;
  if ('electron' in app) {
    await (app as OpenDesktopApp).electron.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, path);
    await page.keyboard.press('Control+o');
    return;
  }
  const hasLines = path.includes('\n');
  if (hasLines) {
    const beside = join(dirname(path), 'beside.xml');
    cpSync(copyOfSample(), beside);
    await openFile(app, beside);
    await expect.poll(() => shown(page)).toMatchObject({ file: beside });
  }
  await page.keyboard.press('Control+o');
  const browse = page.getByRole('dialog', { name: 'Open manifest' });
  if (hasLines) await browse.getByRole('button', { name: visibleName(basename(path)) }).click();
  else {
    await browse.getByLabel('File', { exact: true }).fill(path);
    await browse.getByRole('button', { name: 'Open' }).click();
  }
}

/** The open file, and the failure in the status bar. */
function shown(page: Page): Promise<{ file: string; failure: string }> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { querySelector(selector: string): { readonly title: string } | null };
    };
    const titleOf = (selector: string): string => document.querySelector(selector)?.title ?? '';
    return { file: titleOf('header .name'), failure: titleOf('footer .notice.failed') };
  });
}

inCarriers({}, (open) => {
  it('Hostile files open or are refused with their path, and the window goes on with the next.', async () => {
    // All kinds are opened by main in a test of its own, and by the window in `npm run test:full`.
    const kinds = HOSTILE_FILES.filter(({ lacks }) => lacks === undefined);
    const files = new Random(seedOf(900)).sample(kinds, count(16, kinds.length));
    const base = temporary();
    const app = await open({ document: copyOfSample() });
    const { page } = app;
    const designer = new Designer(page);
    await designer.goTo('Overview');
    for (const { title, outcome, make } of files) {
      const path = make(mkdtempSync(join(base, 'file-')));
      await openFile(app, path);
      const expected =
        outcome === 'refused'
          ? { failure: expect.stringContaining(path) as string }
          : { file: visibleName(path), failure: '' };
      await expect.poll(() => shown(page), { message: title }).toMatchObject(expected);
      // The window answers.
      await designer.goTo('Build settings');
    }
    expect(app.main.exitCode).toBe(null);
    report(`hostile files in a window: ${files.length}`);
  });
});
