// The palette over everything, documents that were opened before, and the document in the address.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { template, temporary } from './support/samples';

/** Two documents whose folders and files have equal names. */
function twoDocuments(): { first: string; second: string } {
  const [first = '', second = ''] = ['alpha', 'beta'].map((name) => {
    const folder = join(temporary(), 'image');
    mkdirSync(folder);
    const path = join(folder, 'manifest.xml');
    copyFileSync(template, path);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('<distribution name="tiny-linux"', `<distribution name="${name}"`),
    );
    return path;
  });
  return { first, second };
}

async function find(page: Page, query: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search commands' }).fill(query);
}

const focused = (page: Page): Promise<string> =>
  page.evaluate<string>('document.activeElement.labels?.[0]?.innerText ?? document.activeElement.ariaLabel ?? ""');

it('It goes to fields, steps, packages and pauses by parts of their names.', async () => {
  const { first } = twoDocuments();
  const { page } = await openInChromium({ document: first });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  await find(page, 'hostnam');
  await page.getByRole('option', { name: /Host name/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Accounts and locale' }).waitFor();
  await expect.poll(() => focused(page)).toBe('Host name');
  await find(page, 'br-arch');
  await page.getByRole('option', { name: /^br-arch: .* Step$/ }).click();
  expect(await page.getByLabel('Checkpoint name').inputValue()).toBe('br-arch');
  await find(page, 'linux-image');
  await page
    .getByRole('option', { name: /^linux-image\S* Package$/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: 'Packages' }).waitFor();
  await find(page, 'goto xml');
  expect(await page.getByRole('dialog').getByRole('option').first().innerText()).toContain('Go to XML');
  await page.keyboard.press('Escape');
});

it('Documents that were opened before are distinguished by the names of their distributions, and are opened without closing.', async () => {
  const { first, second } = twoDocuments();
  const { page } = await openInChromium({ document: first });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  await designer.open(second);
  await page.keyboard.press('Control+r');
  const dialog = page.getByRole('dialog', { name: 'Open recent' });
  await dialog.getByRole('option', { name: /^alpha – image\/manifest.xml/ }).waitFor();
  expect(await dialog.getByRole('option').count()).toBe(1);
  await page.keyboard.press('Enter');
  await page.getByRole('banner').getByTitle(first, { exact: true }).waitFor();
  await find(page, 'close the');
  await page.keyboard.press('Enter');
  const recent = page.getByRole('listitem').filter({ hasText: 'beta' });
  await recent.getByRole('button').first().click();
  await page.getByRole('banner').getByTitle(second, { exact: true }).waitFor();
});

it('The address of browser mode has the document, so that a reloaded page shows it again.', async () => {
  const { first, second } = twoDocuments();
  const { page } = await openInChromium({ document: first });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  await designer.open(second);
  await expect.poll(() => new URL(page.url()).searchParams.get('manifest')).toBe(second);
  await page.reload();
  await page.getByRole('banner').getByTitle(second, { exact: true }).waitFor();
});

it('A script parameter has the comment of the manifest as its help; one is added and undone.', async () => {
  const { first } = twoDocuments();
  const source = readFileSync(first, 'utf8').replace(
    /<key_value_pairs>[\s\S]*<\/key_value_pairs>/,
    '<key_value_pairs>\n    <!-- The release that is installed. -->\n    <pair key="suite" value="host"/>\n  </key_value_pairs>',
  );
  writeFileSync(first, source);
  const { page } = await openInChromium({ document: first });
  const designer = new Designer(page);
  await designer.goTo('Script parameters');
  await page.getByText('The release that is installed.').waitFor();
  await designer.button('Add parameter').click();
  await expect.poll(() => focused(page)).toBe('Key');
  await page.keyboard.type('colour');
  await page.getByLabel('Value of colour').fill('blue');
  await designer.save();
  expect(readFileSync(first, 'utf8')).toBe(
    source.replace('value="host"/>\n', 'value="host"/>\n    <pair key="colour" value="blue"/>\n'),
  );
  for (let times = 0; times < 3; times++) await page.keyboard.press('Control+z');
  await designer.save();
  expect(readFileSync(first, 'utf8')).toBe(source);
});
