// The timeline is accessible: by keyboard only, as tables, in both themes, with many steps and runs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { checkpointsAnswer } from '../../src-shared/engine-answers/checkpoints';
import { bytes } from '../../src-shared/format';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { inventRuns } from './support/many-runs';
import { tabTo } from './support/person';
import { takePictures, violationsInBothThemes } from './support/themes';
import { TimelinePage } from './support/timeline';

function built(steps: readonly string[]): TestProject {
  const project = new TestProject({ steps: steps.map((name) => ({ name })), pairs: { hostname: 'x' } });
  onTestFinished(() => project.dispose());
  return project;
}

const manifest = (project: TestProject): string => join(project.folder, 'manifest.xml');

it('The timeline can be used by keyboard alone: choose, pause, build, inspect, resume.', async () => {
  const project = built(['a', 'b', 'c', 'd']);
  const { page } = await openInChromium({ document: manifest(project) });
  const timeline = new TimelinePage(page);
  const designer = new Designer(page);
  await page.getByRole('navigation', { name: 'Sections' }).waitFor();
  await page.keyboard.press('Control+Shift+b');
  const checkpoints = page.getByRole('listbox', { name: 'Checkpoints' });
  await tabTo(page, checkpoints);
  const chosen = async (): Promise<string | null> => {
    const id = await checkpoints.getAttribute('aria-activedescendant');
    return id === null ? null : page.locator(`#${id}`).getAttribute('aria-label');
  };
  await page.keyboard.press('ArrowRight');
  expect(await chosen()).toMatch(/^1, a, Step a, no checkpoint/);
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  expect(await chosen()).toMatch(/^3, c, Step c/);
  await page.keyboard.press('p');
  await designer.hears('The next build pauses before c.');
  await page.keyboard.press('Control+b');
  await timeline.says('Paused before c');
  await designer.hears('The build paused before c.');
  await tabTo(page, checkpoints);
  await expect.poll(chosen).toMatch(/^3, c, Step c, paused here/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator(':focus').getAttribute('aria-label')).toBe('Checkpoint');
  await tabTo(page, checkpoints);
  await page.keyboard.press('r');
  await designer.hears('The build resumes from b.');
  await timeline.says('Done');
  expect(project.ran()).toEqual(['a', 'b', 'b', 'c', 'd']);
  // The resume kept the paused state as a line. Below the lines are the runs.
  await page.locator('[data-line="line-2"].active').waitFor();
  await tabTo(page, checkpoints);
  for (const row of [/^line main, parked/, /^Run 2, .*done.*, line resumed at b/, /^Run 1, .*paused.*, line main/]) {
    await page.keyboard.press('ArrowDown');
    await designer.hears(row);
  }
  // The same as tables.
  await tabTo(page, timeline.button('Table'));
  await page.keyboard.press('Enter');
  const steps = page.getByRole('table', { name: 'Steps, and the checkpoint before each' });
  expect(await steps.getByRole('row').allTextContents()).toEqual([
    expect.stringContaining('Checkpoint before it'),
    expect.stringMatching(/1\s*a\s*checkpoint.*done.*run 1/s),
    expect.stringMatching(/2\s*b\s*checkpoint.*done.*run 2/s),
    expect.stringMatching(/3\s*c\s*checkpoint.*done.*run 2/s),
    expect.stringMatching(/4\s*d\s*checkpoint.*done.*run 2/s),
  ]);
  const runs = page.getByRole('table', { name: 'Runs, the newest first' });
  expect(await runs.getByRole('row').allTextContents()).toEqual([
    expect.stringContaining('Started'),
    expect.stringMatching(/2.*Slipway\s*b\s*done/s),
    expect.stringMatching(/1.*Slipway\s*the beginning\s*paused before c/s),
  ]);
});

it('The timeline shows what is stale, why, and the right point to resume from.', async () => {
  const project = built(['a', 'b', 'c', 'd']);
  project.script('b', 'ManifestRead "$1" key_value_pairs/pair[key=hostname]/value');
  await project.build();
  const { page } = await openInChromium({ document: manifest(project) });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await expect.poll(() => timeline.buildButton.textContent()).toBe('Build again (from d)');
  project.edit((text) => text.replace('value="x"', 'value="y"'));
  await timeline.shows('c', 'stale');
  await timeline.shows('b', 'current');
  await timeline.checkpoint('d').click();
  const sentence = 'b read key_value_pairs/pair[key=hostname]/value: it was x, is y';
  await page.getByText(sentence, { exact: true }).waitFor();
  expect(await timeline.checkpoint('c').getAttribute('title')).toContain(`stale checkpoint, ${sentence}`);
  await timeline.button('Select b instead').click();
  await expect.poll(() => timeline.buildButton.textContent()).toMatch(/Resume from b/);
  await timeline.button('Resume from here').click();
  await timeline.says('Done');
  await timeline.shows('d', 'current');
});

it('Resuming from a stale checkpoint asks first, with the reasons and the right point, and does what the user chooses', async () => {
  const project = built(['a', 'b', 'c', 'd']);
  await project.build();
  project.ran();
  const { page } = await openInChromium({ document: manifest(project) });
  const timeline = new TimelinePage(page);
  await timeline.open();
  project.script('b', 'echo edited');
  const question = page.getByRole('dialog', { name: 'Resume from a stale checkpoint?' });
  const ask = async (): Promise<void> => {
    await timeline.checkpoint('d').click();
    await timeline.checkpoint('d').press('r');
    await question.waitFor();
  };
  await ask();
  await question.getByText('b: its script scripts/b was edited', { exact: true }).waitFor();
  await takePictures(page, 'stale-checkpoint');
  expect(await violationsInBothThemes(page)).toEqual([]);
  await question.getByRole('button', { name: 'Cancel' }).click();
  const ran: string[] = [];
  const runs = async (expected: readonly string[]): Promise<void> => {
    await expect.poll(() => ran.push(...project.ran()) && ran).toEqual(expected);
    await timeline.says('Done');
  };
  await ask();
  await question.getByRole('button', { name: 'Resume anyway' }).click();
  await runs(['d']);
  await ask();
  await question.getByRole('button', { name: 'Resume from b' }).click();
  await runs(['d', 'b', 'c', 'd']);
  await timeline.shows('d', 'current');
});

it('A step after the pause cannot be resumed from, the reason is shown, and the suggestion respects the pause.', async () => {
  const project = built(['a', 'b', 'c']);
  await project.build();
  const { page } = await openInChromium({ document: manifest(project) });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.checkpoint('b').click();
  await timeline.button('Pause here').click();
  await expect.poll(() => timeline.buildButton.textContent()).toMatch(/Resume from a/);
  await timeline.checkpoint('c').click();
  await page.getByText(/^Cannot resume from c: the build would pause before b/).waitFor();
  expect(await timeline.button('Resume from here').isDisabled()).toBe(true);
  await timeline.button('Remove the pause before b').click();
  await expect.poll(() => timeline.button('Resume from here').isEnabled()).toBe(true);
});

it('The timeline refuses what the engine refuses, with its reason.', async () => {
  const project = built(['a', 'b', 'c']);
  await project.build('-p', 'c');
  const path = manifest(project);
  // The steps change places, so the later checkpoints no longer fit.
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(
      /(<script name="scripts\/a">[\s\S]*?<\/script>\s*)(<script name="scripts\/b">[\s\S]*?<\/script>\s*)/,
      '$2$1',
    ),
  );
  const { page } = await openInChromium({ document: path });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.checkpoint('c').click();
  await page.getByText('The manifest file is inconsistent with your build area.').waitFor();
  expect(await timeline.button('Resume from here').isDisabled()).toBe(true);
  await timeline.checkpoint('c').press('r');
});

it('Axe finds nothing on the timeline, in any state, tab or theme.', async () => {
  const project = built(['a', 'b', 'c']);
  project.script('b', 'echo "cannot find it" >&2; exit 2');
  const { page } = await openInChromium({ document: manifest(project) });
  const timeline = new TimelinePage(page);
  const found: string[] = [];
  const look = async (where: string): Promise<void> => {
    for (const violation of await violationsInBothThemes(page)) found.push(`${where}: ${violation}`);
  };
  await timeline.open();
  await look('nothing built');
  await timeline.buildButton.click();
  await timeline.says('Failed in b');
  await page.getByRole('region', { name: 'What went wrong' }).waitFor();
  await look('failed');
  await timeline.checkpoint('b').click();
  await page.getByText('Keeps').waitFor();
  for (const tab of ['Changes', 'Files', 'Manifest', 'Shell', 'Outputs']) {
    await timeline.tab(tab);
    await look(tab);
  }
  await timeline.button('Table').click();
  await look('tables');
  await timeline.button('Prune…').click();
  await page.getByRole('dialog').waitFor();
  await look('prune');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'More ways to build' }).click();
  await page.getByRole('menuitem').first().waitFor();
  await look('menu');
  expect(found).toEqual([]);
});

it('The space of the checkpoints is what the engine measures, and a lower bound where it cannot.', async () => {
  const project = built(['a', 'b', 'c']);
  await project.build();
  const { used } = checkpointsAnswer.parse(await project.json('checkpoints'));
  const { page } = await openInChromium({ document: manifest(project) });
  await new TimelinePage(page).open();
  const space = used === undefined ? 'at least ' : `${bytes(used)} · build area`;
  await page.getByText(`3 checkpoints use ${space}`).waitFor();
});

it('Chosen checkpoints are pruned after they have been shown.', async () => {
  const project = built(['a', 'b', 'c']);
  await project.build();
  const { page } = await openInChromium({ document: manifest(project) });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.shows('c', 'current');
  await timeline.button('Prune…').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Nothing to remove.').waitFor();
  await dialog.getByLabel('All checkpoints').check();
  await dialog.getByRole('button', { name: 'Remove 3 checkpoints' }).click();
  await timeline.shows('a', 'absent');
  expect(await project.json('status')).toMatchObject({ latestResumable: null });
});

it('A timeline of 200 steps and 100 runs draws only what is in view, and is scrolled, zoomed and used by keyboard.', async () => {
  const steps = Array.from({ length: 200 }, (_, n) => `step-${n + 1}`);
  const project = built(steps);
  await project.build('-p', 'step-3');
  inventRuns(project, steps, 99);
  const { page } = await openInChromium({ document: manifest(project), width: 1360, height: 860 });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await page.getByText('Run 100', { exact: false }).first().waitFor();
  // Only visible cells are in the page.
  expect(await page.locator('[data-step]').count()).toBeLessThan(40);
  expect(await page.locator('[data-run]').count()).toBeLessThan(30);
  const scroller = page.getByTestId('timeline');
  const box = await scroller.boundingBox();
  if (!box) throw new Error('no timeline');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let n = 0; n < 60; n++) await page.mouse.wheel(120, 30);
  await keyboardTour(page);
  await timeline.button('Zoom in').click();
  await timeline.button('Zoom out').click();
});

/** Scrolls to the last step and back, and to the oldest run. */
async function keyboardTour(page: Page): Promise<void> {
  await page.getByRole('listbox', { name: 'Checkpoints' }).focus();
  await page.keyboard.press('End');
  await page.locator('[data-step="step-200"][aria-selected=true]').waitFor();
  await page.keyboard.press('Home');
  await page.locator('[data-step="step-1"][aria-selected=true]').waitFor();
  await page.keyboard.press('ArrowDown');
}
