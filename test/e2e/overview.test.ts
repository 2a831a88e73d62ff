// The overview before the first build, after one, after edits and after a failure.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject } from '../support/engine';
import { openInChromium, type OpenOptions } from './support/app';
import { accessibilityViolations } from './support/axe';
import { Designer } from './support/designer';
import { LayoutCheck } from './support/layout-check';
import { inBothThemes } from './support/themes';
import { TimelinePage } from './support/timeline';

/** Steps of which b reads the name of the distribution, and d writes an image. */
function project(): TestProject {
  const made = new TestProject({ steps: ['a', 'b', 'c', 'd'].map((name) => ({ name })), pairs: { suite: 'stable' } });
  onTestFinished(() => made.dispose());
  made.script('b', 'ManifestRead "$1" name');
  made.script('d', 'ManifestRead -k "$1" suite; head -c 40000 /dev/zero >"$5/sample.iso"');
  return made;
}

async function open(made: TestProject, options: OpenOptions = {}): Promise<{ page: Page; designer: Designer }> {
  const { page } = await openInChromium({ document: join(made.folder, 'manifest.xml'), ...options });
  const designer = new Designer(page);
  await designer.goTo('Overview');
  return { page, designer };
}

const next = (page: Page) => page.getByRole('region', { name: 'Next action' });
const card = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

async function toOverview(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'Compose' }).click();
  await new Designer(page).goTo('Overview');
}

it('Before the first build it has the checklist of the host, and its button builds.', async () => {
  const made = project();
  const { page } = await open(made);
  await next(page).getByText('The first build runs all 4 steps on this computer.').waitFor();
  await card(page, 'Ready to build').getByText('Manifest').waitFor();
  await card(page, 'The same from a shell').getByText('distro_const build manifest.xml').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await next(page).getByRole('button', { name: 'Build' }).click();
  await new TimelinePage(page).says(/^Done/);
  await toOverview(page);
  await next(page).getByText('Up to date').waitFor();
  await card(page, 'Last build').getByText('Succeeded').waitFor();
  await card(page, 'Outputs').getByText('sample.iso').waitFor();
  expect(made.ran()).toEqual(['a', 'b', 'c', 'd']);
});

it('Edits since the last build have their first reader, and the button runs what they need.', async () => {
  const made = project();
  expect((await made.build()).code).toBe(0);
  made.ran();
  const { page, designer } = await open(made);
  await next(page).getByText('Up to date').waitFor();
  await card(page, 'Changed since run 1').getByText('No edits.').waitFor();
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('other');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'other' }).waitFor();
  await next(page).getByText('1 edit since the last build makes 3 of 4 steps stale').waitFor();
  const changed = card(page, 'Changed since run 1');
  await changed.getByRole('button', { name: /Name sample → other First read by b: 3 steps stale/ }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await designer.goTo('Scripts');
  await page
    .getByRole('navigation', { name: 'Manifest scripts' })
    .getByRole('button', { name: 'c', exact: true })
    .click();
  await page.getByRole('textbox', { name: 'Script scripts/c' }).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('echo more\n');
  await designer.goTo('Overview');
  await changed.getByRole('button', { name: /scripts\/c edited First run by c: 2 steps stale/ }).waitFor();
  await next(page).getByText('2 edits since the last build make 3 of 4 steps stale').waitFor();
  await next(page).getByText('Resuming from b keeps a, runs 3 steps').waitFor();
  await next(page).getByRole('button', { name: 'Save and resume from b' }).click();
  await expect.poll(() => page.locator('[data-run][data-state=done]').count()).toBe(2);
  expect(made.ran()).toEqual(['b', 'c', 'd']);
  await toOverview(page);
  await next(page).getByText('Up to date').waitFor();
  await card(page, 'Earlier builds')
    .getByRole('button', { name: /^Run 1/ })
    .waitFor();
});

it('An edit that only the last step reads is no edit any more after it was built.', async () => {
  const made = project();
  expect((await made.build()).code).toBe(0);
  made.edit((text) => text.replace('value="stable"', 'value="testing"'));
  expect((await made.build('-r', 'd')).code).toBe(0);
  const { page } = await open(made);
  await next(page).getByText('Up to date').waitFor();
  await card(page, /^Changed since/)
    .getByText('No edits.')
    .waitFor();
});

it('An edit of a script by another program is a change since the last build.', async () => {
  const made = project();
  expect((await made.build()).code).toBe(0);
  const { page } = await open(made);
  await next(page).getByText('Up to date').waitFor();
  made.script('c', 'echo another');
  await next(page).getByText('Up to date').waitFor({ state: 'detached' });
  await next(page).getByRole('button', { name: 'Resume from c' }).waitFor();
});

it('After a failed build it has the last lines of the failed step, and resumes.', async () => {
  const made = project();
  made.script('c', 'echo "cannot find the loader" >&2; exit 2');
  expect((await made.build()).code).not.toBe(0);
  const { page } = await open(made);
  await next(page).getByText('Run 1 failed in c').waitFor();
  const failure = card(page, 'What went wrong');
  await failure.getByText('cannot find the loader').waitFor();
  await failure.getByRole('button', { name: 'Edit script' }).waitFor();
  made.script('c');
  made.ran();
  await next(page).getByRole('button', { name: 'Resume from c' }).click();
  await expect.poll(() => page.locator('[data-run][data-state=done]').count()).toBe(1);
  expect(made.ran()).toEqual(['c', 'd']);
});

it('An error leads to its place.', async () => {
  const made = project();
  made.edit((text) =>
    text.replace('value="stable"', 'value="stable" more="no"').replace('name="sample"', 'name="a b"'),
  );
  const { page } = await open(made);
  await next(page).getByRole('button', { name: 'Go to the first problem' }).waitFor();
  await card(page, 'Problems').getByRole('listitem').first().waitFor();
});

it('Every state fits at every size, in both themes.', async () => {
  const made = project();
  const { page, designer } = await open(made);
  const check = new LayoutCheck(page);
  const fits = (state: string): Promise<void> => inBothThemes(page, (theme) => check.run(`overview ${state} ${theme}`));
  await card(page, 'Ready to build').getByText('Manifest').waitFor();
  await fits('first');
  expect((await made.build()).code).toBe(0);
  await card(page, 'Outputs').getByText('sample.iso').waitFor();
  await next(page).getByText('Up to date').waitFor();
  await fits('current');
  made.script('c', 'echo "cannot find the loader" >&2; exit 2');
  expect((await made.build()).code).not.toBe(0);
  await card(page, 'What went wrong').getByText('cannot find the loader').waitFor();
  await fits('failed');
  made.script('c');
  expect((await made.build()).code).toBe(0);
  await designer.goTo('Overview');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('a-name-of-more-than-twenty-four-characters');
  await page.keyboard.press('Enter');
  await next(page)
    .getByText(/steps stale/)
    .waitFor();
  await fits('stale');
  expect(check.faults).toEqual([]);
});
