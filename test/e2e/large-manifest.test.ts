import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { dragTo } from './support/mouse';
import { copyOfSample, largeManifest, temporary } from './support/samples';

it('A manifest of 5,000 packages and 200 steps is opened, scrolled, dragged in and typed in.', async () => {
  const document = join(temporary(), 'manifest.xml');
  writeFileSync(document, largeManifest());
  const { page } = await openInChromium({ document: copyOfSample() });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  await page.keyboard.press('Control+o');
  await page.getByRole('textbox', { name: 'File' }).fill(document);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Content' }).getByText('5,000').waitFor();

  await designer.goTo('Packages');
  const list = page.getByRole('listbox', { name: 'Packages to install' });
  await dragTo(page, list.getByRole('option').nth(2), list.getByRole('option').nth(6), 'after');
  await expect.poll(() => list.getByRole('option').nth(6).textContent()).toContain('package-number-2');
  await list.getByRole('option').nth(8).click();
  const field = page.getByRole('complementary').getByLabel('Name', { exact: true });
  await field.click();
  await page.keyboard.type('abcdefghijklmnopqrst');
  await expect.poll(() => field.inputValue()).toContain('abcdefghijklmnopqrst');
  // Only the rows in view are in the page.
  await list.hover();
  await page.mouse.wheel(0, 40_000);
  await expect.poll(() => list.getByRole('option').first().textContent()).toMatch(/package-number-\d{3}/);
  expect(await list.getByRole('option').count()).toBeLessThan(200);
});
