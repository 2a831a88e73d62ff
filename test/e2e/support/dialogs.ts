import type { Page } from 'playwright-core';
import type { OpenDialog } from '../../../src-renderer/state/open-dialog';
import { Designer } from './designer';

/** A dialog that opens with an editable manifest only. */
interface Opened {
  readonly title: string | RegExp;
  open(page: Page): Promise<void>;
  /** Waits for what the dialog shows later. */
  ready?(page: Page): Promise<void>;
}

/** A dialog that needs more: a build, lines, packages, a change by another program. A test of its own opens it. */
interface Elsewhere {
  readonly test: string;
}

const press =
  (key: string) =>
  (page: Page): Promise<void> =>
    page.keyboard.press(key);

/** Runs the first command that the palette finds. */
const command =
  (query: string) =>
  async (page: Page): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Commands' }).waitFor();
    await page.keyboard.type(query);
    await page.keyboard.press('Enter');
  };

/** How tests open each dialog. A new kind of dialog needs a row here. */
export const DIALOGS = {
  new: { title: 'New from template', open: press('Control+n') },
  browse: { title: 'Open manifest', open: press('Control+o') },
  export: { title: 'Export for the command line', open: press('Control+e') },
  palette: { title: 'Commands', open: press('Control+k') },
  support: { title: 'Save support bundle', open: command('save support') },
  'add-step': { title: 'Add step', open: command('add step') },
  'paste-packages': { title: 'Paste a list of packages', open: command('paste a list') },
  host: { title: 'Add a build host', open: command('add a build host') },
  preflight: {
    title: /^Check before building/,
    open: command('check this computer'),
    ready: (page) =>
      page
        .getByRole('dialog')
        .getByText(/ can(not| probably)? be built/)
        .first()
        .waitFor(),
  },
  unsaved: {
    title: 'Save the changes?',
    open: async (page) => {
      await new Designer(page).goTo('Accounts and locale');
      await page.getByLabel('Host name').fill('edited');
      await command('close the')(page);
    },
  },
  'package-sizes': { test: 'test/e2e/layout.test.ts' },
  'compare-packages': { test: 'test/e2e/layout.test.ts' },
  prune: { test: 'test/e2e/lines.test.ts' },
  'write-disk': { test: 'test/e2e/write-disk.test.ts' },
  'line-text': { test: 'test/e2e/lines.test.ts' },
  'remove-line': { test: 'test/e2e/lines.test.ts' },
  'discard-later': { test: 'test/e2e/lines.test.ts' },
  'stale-checkpoint': { test: 'test/e2e/timeline.test.ts' },
  'adopt-area': { test: 'test/e2e/adopt-area.test.ts' },
  trust: { test: 'test/e2e/trust.test.ts' },
  'changed-on-disk': { test: 'test/e2e/designer.test.ts' },
  recovery: { test: 'test/e2e/designer.test.ts' },
} satisfies Readonly<Record<OpenDialog['kind'], Opened | Elsewhere>>;

/** Opens each dialog that needs only a manifest, and closes it after `look`. The last one leaves the document with an edit. */
export async function visitDialogs(page: Page, look: (title: string) => Promise<void>): Promise<void> {
  for (const dialog of Object.values<Opened | Elsewhere>(DIALOGS)) {
    if (!('open' in dialog)) continue;
    await dialog.open(page);
    await page.getByRole('dialog', { name: dialog.title }).waitFor();
    await dialog.ready?.(page);
    await look(`${dialog.title}`);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
}

/** Closes the document, and discards its edits. */
export async function closeDocument(page: Page): Promise<void> {
  await command('close the')(page);
  const discard = page.getByRole('dialog', { name: 'Save the changes?' }).getByRole('button', { name: 'Discard' });
  const welcome = page.getByRole('heading', { name: 'Compose an operating-system image' });
  await discard.or(welcome).waitFor();
  if (await discard.isVisible()) await discard.click();
  await welcome.waitFor();
}
