// A build area with files of another program: the window lists them, and the user decides.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { takePictures, violationsInBothThemes } from './support/themes';
import { TimelinePage } from './support/timeline';

/** A project whose build area has files in `build_data`. */
function withForeignFiles(names: readonly string[]): { project: TestProject; files: string[] } {
  const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  onTestFinished(() => project.dispose());
  const folder = join(project.area, 'build_data');
  mkdirSync(folder, { recursive: true });
  const files = names.map((name) => join(folder, name));
  for (const file of files) writeFileSync(file, 'precious');
  return { project, files };
}

it('A build area that Slipway did not make is listed in a question, and nothing is deleted before the user agrees', async () => {
  const { project, files } = withForeignFiles(['thesis.tex', 'photo.jpg']);
  const document = join(project.folder, 'manifest.xml');
  const { page } = await openInChromium({ document, width: 1024, height: 700 });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.buildButton.click();
  const dialog = page.getByRole('dialog', { name: 'This folder was not made by Slipway' });
  const list = dialog.getByRole('list', { name: 'A build would delete:' });
  await list.getByRole('listitem').nth(1).waitFor();
  expect(await list.getByRole('listitem').allTextContents()).toEqual(['build_data/photo.jpg', 'build_data/thesis.tex']);
  await takePictures(page, 'adopt');
  expect(await violationsInBothThemes(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect([project.ran(), files.every((file) => existsSync(file))]).toEqual([[], true]);

  await timeline.buildButton.click();
  await dialog.getByRole('button', { name: 'Use this folder anyway' }).click();
  await timeline.says('Done');
  expect([project.ran(), files.some((file) => existsSync(file))]).toEqual([['a', 'b'], false]);

  // It belongs to Slipway now.
  await page.getByRole('button', { name: 'More ways to build' }).click();
  await page.getByRole('menuitem', { name: 'Build from the beginning' }).click();
  await expect.poll(() => page.locator('[data-run][data-state=done]').count()).toBe(2);
});

it('A list that is too long for the question ends with the number of the other files.', async () => {
  const names = Array.from({ length: 230 }, (_, at) => `file-${String(at).padStart(3, '0')}`);
  const { project } = withForeignFiles(names);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.buildButton.click();
  const dialog = page.getByRole('dialog', { name: 'This folder was not made by Slipway' });
  await dialog.getByText('has 230 items of another program', { exact: false }).waitFor();
  await dialog.getByText('and 30 more').waitFor();
});
