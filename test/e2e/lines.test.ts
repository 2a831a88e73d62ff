// Going back keeps the future: a resume forks, a parked line can be switched to and removed, and the main button names what it does.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import type { LinesAnswer } from '../../src-shared/engine-answers/lines';
import { TestProject } from '../support/engine';
import { openInChromium, type OpenOptions } from './support/app';
import { Designer } from './support/designer';
import { tabTo } from './support/person';
import { takePictures, violationsInBothThemes } from './support/themes';
import { TimelinePage } from './support/timeline';

const STEPS = ['a', 'b', 'c', 'd'];

/** A finished build of the steps a to d. Step b reads the name of the distribution, and d makes an image of it. */
async function finishedBuild(): Promise<TestProject> {
  const project = new TestProject({ steps: STEPS.map((name) => ({ name })) });
  onTestFinished(() => project.dispose());
  project.script('b', 'ManifestRead "$1" name >"$2/name"');
  project.script('d', 'cp "$2/name" "$5/image.usb"');
  expect((await project.build()).code).toBe(0);
  project.ran();
  return project;
}

async function openBuilt(project: TestProject, options: OpenOptions = {}) {
  const app = await openInChromium({ ...options, document: join(project.folder, 'manifest.xml') });
  const timeline = new TimelinePage(app.page);
  await timeline.open();
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Build again (from d)');
  return { ...app, timeline, designer: new Designer(app.page) };
}

async function rename(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'Compose' }).click();
  await new Designer(page).goTo('Overview');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
}

const lines = async (project: TestProject): Promise<LinesAnswer['lines']> =>
  ((await project.json('lines')) as LinesAnswer).lines;
const ids = async (project: TestProject): Promise<string[]> => (await lines(project)).map(({ id }) => id);
const image = (project: TestProject): string => readFileSync(join(project.area, 'media/image.usb'), 'utf8').trim();
const lane = (page: Page, id: string) => page.locator(`[data-line="${id}"]`);

it('By mouse, an edit is resumed, undone and switched back, and a line is renamed, pinned and removed', async () => {
  const project = await finishedBuild();
  const { page, timeline, designer } = await openBuilt(project, { width: 1360, height: 860 });
  await rename(page, 'other');
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Save and resume from b');
  // The panel lists what a resume keeps.
  await timeline.open();
  await timeline.checkpoint('b').click();
  await page.getByText('the current state as line “main”, with 2 later checkpoints and its images.').waitFor();
  await timeline.buildButton.click();
  await designer.hears('The build resumes from b. The current state is kept as line “main”.');
  await timeline.says('Done');
  expect(project.ran()).toEqual(['b', 'c', 'd']);
  expect([image(project), await ids(project)]).toEqual(['other', ['line-2', 'main']]);
  await lane(page, 'main').waitFor();
  expect(await lane(page, 'line-2').textContent()).toMatch(/name: sample → other/);
  expect(await lane(page, 'main').textContent()).toMatch(/Line 1 · .* own · 2 outputs/);
  expect(await lane(page, 'main').locator('[data-parked-step]').count()).toBe(2);
  await takePictures(page, 'lines');

  // A parked checkpoint.
  await lane(page, 'main').locator('[data-parked-step=c]').click();
  await page.getByRole('heading', { name: 'Checkpoint c' }).waitFor();
  await takePictures(page, 'lines-parked');
  expect(await violationsInBothThemes(page)).toEqual([]);
  await timeline.button('Compare').click();
  await page.getByRole('treeitem', { name: /^name, changed file/ }).click();
  await page.getByText('sample', { exact: true }).last().waitFor();
  await takePictures(page, 'lines-compare');
  await page.getByLabel('Changes since').selectOption('line-2@');
  await page.getByText('since the end of').waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await timeline.button('Browse files').click();
  await page.getByRole('option', { name: /pkg_image/ }).waitFor();
  await timeline.tab('Manifest');
  await page.getByText('From this checkpoint').waitFor();
  await timeline.button('Outputs').click();
  await page.getByTitle(/lines\/main\/media\/image\.usb$/).waitFor();

  // Undo the edit: the parked line is current again.
  await rename(page, 'sample');
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Save and switch to line 1: nothing to run');
  await timeline.open();
  await page.getByText('Current: it has what a build would make now.').waitFor();
  await expect.poll(() => lane(page, 'main').locator('.at .mark.current').count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'More ways to build' }).click();
  await page.getByText('“main” already has this result. Switching to it parks “').waitFor();
  await page.getByRole('menuitem', { name: 'Save and build from the beginning' }).getByText('4 steps').waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await takePictures(page, 'lines-plan');
  await page.keyboard.press('Escape');
  await timeline.buildButton.click();
  await designer.hears('Switched to “main”. Nothing was run, and nothing was deleted.');
  await expect.poll(() => ids(project)).toEqual(['main', 'line-2']);
  expect([project.ran(), image(project)]).toEqual([[], 'sample']);
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Build again (from d)');

  // Rename, describe, pin, and remove.
  await lane(page, 'line-2').locator('.label').click();
  await page.getByRole('button', { name: /^More about/ }).click();
  await page.getByRole('menuitem', { name: 'Pin line' }).click();
  await designer.hears(/is pinned\.$/);
  await page.getByRole('button', { name: /^More about/ }).click();
  await page.getByRole('menuitem', { name: 'Describe line…' }).click();
  await page.getByRole('textbox', { name: 'Description' }).fill('for the fair');
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('for the fair', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: /^More about/ }).click();
  await page.getByRole('menuitem', { name: 'Remove line…' }).click();
  const question = page.getByRole('dialog');
  await question.getByText('checkpoint before c').waitFor();
  await question.getByText('This line is pinned.').waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await takePictures(page, 'lines-remove');
  await question.getByRole('button', { name: 'Remove line' }).click();
  await expect.poll(() => ids(project)).toEqual(['main']);
  await lane(page, 'main').waitFor({ state: 'detached' });
});

it('Lines can be used by keyboard alone: fork, go between lanes, rename, switch, resume from a parked one, remove.', async () => {
  const project = await finishedBuild();
  const { page, timeline, designer } = await openBuilt(project);
  const checkpoints = page.getByRole('listbox', { name: 'Checkpoints' });
  await tabTo(page, checkpoints);
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('r');
  await designer.hears('The build resumes from c. The current state is kept as line “main”.');
  await timeline.says('Done');
  await expect.poll(() => lane(page, 'line-2').getAttribute('class')).toContain('active');
  await tabTo(page, checkpoints);
  await page.keyboard.press('ArrowDown');
  await designer.hears(/^line main, parked, 2 of 4 steps of its own, 1 checkpoint/);
  await page.keyboard.press('F2');
  const field = page.getByRole('textbox', { name: 'Name of the line' });
  await field.waitFor();
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  await page.keyboard.press('F2');
  await page.keyboard.type('line-2');
  await page.getByRole('alert').getByText('Another line has this name.').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('before');
  await page.keyboard.press('Enter');
  await designer.hears('The line is named “before”.');
  await tabTo(page, checkpoints);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator(':focus').getAttribute('aria-label')).toBe('Checkpoint');
  await tabTo(page, timeline.button('Switch to this line'));
  await page.keyboard.press('Enter');
  await designer.hears('Switched to “before”. Nothing was run, and nothing was deleted.');
  await expect.poll(() => ids(project)).toEqual(['main', 'line-2']);
  await lane(page, 'line-2').waitFor();
  project.ran();
  // A checkpoint of the parked line is resumed from: all three lines stay.
  await tabTo(page, checkpoints);
  await expect.poll(() => lane(page, 'main').getAttribute('class')).toContain('active');
  await page.keyboard.press('ArrowDown');
  await designer.hears(/^line resumed at c, parked/);
  await page.keyboard.press('r');
  await designer.hears('The build resumes from d. ');
  await timeline.says('Done');
  await expect.poll(() => ids(project)).toEqual(['line-3', 'line-2', 'main']);
  expect(project.ran()).toEqual(['d']);
  await expect.poll(() => lane(page, 'line-3').getAttribute('class')).toContain('active');
  await tabTo(page, checkpoints);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Delete');
  await page
    .getByRole('dialog')
    .getByText(/^Frees|is not known/)
    .waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Remove line' }));
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await ids(project)).length).toBe(2);
  // The same as a table.
  await tabTo(page, timeline.button('Table'));
  await page.keyboard.press('Enter');
  const table = page.getByRole('table', { name: 'Lines, the active one first' });
  await expect.poll(() => table.getByRole('row').count()).toBe(3);
  await tabTo(page, table.getByRole('button', { name: /^Switch/ }));
  await page.keyboard.press('Enter');
  await designer.hears(/^Switched to /);
});

it('Parked lines are pruned by age, number or size, after they have been shown.', async () => {
  const project = await finishedBuild();
  await project.build('--fork', '-r', 'd');
  await project.build('--fork', '-r', 'c');
  const { page, timeline } = await openBuilt(project);
  await timeline.button('Prune…').click();
  const dialog = page.getByRole('dialog', { name: 'Prune checkpoints and lines' });
  await dialog.getByText('Nothing to remove.').waitFor();
  await dialog.getByRole('spinbutton', { name: /^All parked lines but the last/ }).fill('1');
  await dialog.getByText('Line 1, main', { exact: true }).waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Remove 1 line' }).click();
  await expect.poll(() => ids(project)).toEqual(['line-3', 'line-2']);
});

it('Discarding what comes later is a choice of its own, with its list.', async () => {
  const project = await finishedBuild();
  const { page, timeline } = await openBuilt(project);
  await timeline.checkpoint('b').click();
  await page.getByRole('button', { name: 'More about main' }).click();
  await page.getByRole('menuitem', { name: 'Resume here and discard the rest…' }).click();
  const question = page.getByRole('dialog', { name: 'Resume from b and discard the rest?' });
  expect(await question.getByRole('listitem').allTextContents()).toEqual([
    'checkpoint before c',
    'checkpoint before d',
    expect.stringContaining('the present tree'),
  ]);
  await question.getByRole('button', { name: 'Resume and discard' }).click();
  await expect.poll(() => page.locator('[data-run][data-state=done]').count()).toBe(2);
  expect([await ids(project), project.ran()]).toEqual([['main'], ['b', 'c', 'd']]);
  expect(readdirSync(project.area)).not.toContain('lines');
});
