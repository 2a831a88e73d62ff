// A build uses the edits on screen, and every label is the same before and after a save.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { TimelinePage } from './support/timeline';

/** A finished build of the steps a to d, of which b reads the name of the distribution. */
async function finishedBuild(): Promise<TestProject> {
  const project = new TestProject({ steps: ['a', 'b', 'c', 'd'].map((name) => ({ name })) });
  onTestFinished(() => project.dispose());
  project.script('b', 'ManifestRead "$1" name');
  expect((await project.build()).code).toBe(0);
  project.ran();
  return project;
}

async function openBuilt(project: TestProject) {
  const app = await openInChromium({ document: join(project.folder, 'manifest.xml') });
  const timeline = new TimelinePage(app.page);
  await timeline.open();
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Build again (from d)');
  return { ...app, timeline };
}

/** Waits for the end of the second build, which must have run these steps and no others. */
async function hasRun(page: Page, project: TestProject, steps: readonly string[]): Promise<void> {
  await expect.poll(() => page.locator('[data-run][data-state=done]').count()).toBe(2);
  expect(project.ran()).toEqual(steps);
}

async function rename(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'Compose' }).click();
  await new Designer(page).goTo('Overview');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
}

it('The main button names the step that the edits need, saves, and resumes from it.', async () => {
  const project = await finishedBuild();
  const { page, timeline } = await openBuilt(project);
  await rename(page, 'other');
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Save and resume from b');
  await timeline.buildButton.click();
  await hasRun(page, project, ['b', 'c', 'd']);
});

it('A build that is started right after an edit resumes from the step that the edit needs.', async () => {
  const project = await finishedBuild();
  const { page } = await openBuilt(project);
  await rename(page, 'other');
  await page.keyboard.press('Control+b');
  await hasRun(page, project, ['b', 'c', 'd']);
});

it('The command list, the menu and the timeline agree with the main button.', async () => {
  const project = await finishedBuild();
  const { page, timeline } = await openBuilt(project);
  await rename(page, 'other');
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Save and resume from b');
  await page.keyboard.press('Control+k');
  const commands = page.getByRole('dialog');
  await commands.getByRole('option', { name: 'Save and resume from b' }).waitFor();
  await commands.getByRole('option', { name: 'Save and build from the beginning' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More ways to build' }).click();
  await page.getByRole('menuitem', { name: 'Save and build from the beginning' }).waitFor();
  await page.getByRole('menuitem', { name: 'Save and resume from the last checkpoint, d' }).waitFor();
  await page.keyboard.press('Escape');
  await timeline.open();
  await timeline.shows('b', 'current');
  await timeline.shows('c', 'stale');
  await timeline.checkpoint('d').click();
  await page.getByText('b read name: it was sample, is other', { exact: true }).first().waitFor();
  await timeline.button('Select b instead').click();
  await timeline.button('Save and resume from here').waitFor();
  expect(await timeline.button('Prune…').isDisabled()).toBe(true);
  expect(project.ran()).toEqual([]);
});

it('No label promises the old build between an edit, its save and the answer of the host.', async () => {
  const project = await finishedBuild();
  const { page, timeline } = await openBuilt(project);
  await rename(page, 'other');
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Save and resume from b');
  const labels: string[] = [];
  await page.exposeFunction('recordLabel', (label: string) => void labels.push(label));
  await timeline.buildButton.evaluate((button) => {
    const record = (globalThis as unknown as { recordLabel(label: string): void }).recordLabel;
    const { MutationObserver: Observer } = globalThis as unknown as {
      MutationObserver: new (changed: () => void) => { observe(node: unknown, options: object): void };
    };
    new Observer(() => record(button.textContent)).observe(button, {
      subtree: true,
      characterData: true,
      childList: true,
    });
  });
  await page.keyboard.press('Control+s');
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Resume from b');
  await timeline.open();
  await timeline.shows('c', 'stale');
  expect(labels.filter((label) => label.includes('from d'))).toEqual([]);
});

it('An edited script that is not saved makes the checkpoints after its step stale.', async () => {
  const project = await finishedBuild();
  const { page, timeline } = await openBuilt(project);
  await timeline.addToScript('c', 'echo more\n');
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Save and resume from c');
  await timeline.open();
  await timeline.shows('d', 'stale');
  await page.getByRole('listbox', { name: 'Checkpoints' }).focus();
  await timeline.checkpoint('c').click();
  await page.keyboard.press('r');
  await hasRun(page, project, ['c', 'd']);
});

it('A file that another program has changed is read again before the main button decides.', async () => {
  const project = await finishedBuild();
  const { page, timeline } = await openBuilt(project);
  project.script('b', 'echo edited elsewhere');
  await timeline.buildButton.click();
  await hasRun(page, project, ['b', 'c', 'd']);
});
