// The log panel stays as the user left it, whatever the run does.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject, type TestStep } from '../support/engine';
import { openInChromium } from './support/app';
import { violationsInBothThemes } from './support/themes';
import { TimelinePage } from './support/timeline';

function projectOf(steps: readonly TestStep[]): TestProject {
  const project = new TestProject({ steps: [...steps] });
  onTestFinished(() => project.dispose());
  return project;
}

/** Counts how often a page starts to read a log. Must be called before the page connects. */
function countBeginnings(page: Page): () => number {
  let count = 0;
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const call = String(payload);
      if (call.includes('grown') && call.includes('"have":-1')) count++;
    }),
  );
  return () => count;
}

it('A log is read once, however often the state of its run changes.', async () => {
  const steps = Array.from({ length: 9 }, (_, n) => ({ name: `s${n}`, body: 'echo hello; sleep 0.2' }));
  const { page } = await openInChromium({ document: join(projectOf(steps).folder, 'manifest.xml') });
  const beginnings = countBeginnings(page);
  await page.reload();
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.tab('Log');
  await timeline.buildButton.click();
  await timeline.says('Done');
  expect(beginnings()).toBe(1);
});

it('following is left by scrolling up, kept off by a filter, and taken up again at the end', async () => {
  const project = projectOf([{ name: 'a', body: 'seq 1 500; seq 1 300 >&2' }]);
  expect((await project.build()).code).toBe(0);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.tab('Log');
  const log = page.getByRole('log');
  await log.getByText(/Build is successful/).waitFor();
  const isFollowing = (): Promise<string | null> =>
    page.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed');
  await log.press('PageUp');
  await expect.poll(isFollowing).toBe('false');
  await page.getByRole('button', { name: 'stdout', exact: true }).click();
  await page
    .getByTestId('log-count')
    .filter({ hasText: /^30\d lines/ })
    .waitFor();
  expect(await isFollowing()).toBe('false');
  await log.press('End');
  await expect.poll(isFollowing).toBe('true');
});

it('A narrow window has nothing beyond its edge, and is accessible in both themes.', async () => {
  const project = projectOf([{ name: 'a', body: 'seq -f "needle %.0f" 1 60; echo "E: Unable to locate package" >&2' }]);
  expect((await project.build()).code).toBe(0);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml'), width: 960 });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.tab('Log');
  await page
    .getByRole('log')
    .getByText(/Build is successful/)
    .waitFor();
  const find = page.getByRole('searchbox', { name: 'Find in log' });
  await find.fill('NEEDLE');
  await find.press('Enter');
  await page.getByTestId('log-found').filter({ hasText: '1 of 60' }).waitFor();
  const follow = await page.getByRole('button', { name: 'Follow' }).boundingBox();
  expect((follow?.x ?? 960) + (follow?.width ?? 0)).toBeLessThanOrEqual(960);
  expect(await violationsInBothThemes(page)).toEqual([]);
});

it('A line is shown while it grows, with its last state, and is searched as it is shown.', async () => {
  const project = projectOf([{ name: 'a' }]);
  const wait = `while [ -d '${project.folder}' ] && [ ! -e '${project.folder}/go' ]; do sleep 0.05; done`;
  project.script('a', `printf 'Copying 10%%\\r\\033[1mCopying 2'; ${wait}; printf '0%%\\b\\b\\033[K5%%\\n'`);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.tab('Log');
  await timeline.buildButton.click();
  const log = page.getByRole('log');
  await log.filter({ hasText: 'Copying 20%' }).waitFor();
  project.file('go', '');
  await timeline.says('Done');
  await timeline.tab('Log'); // a build that is done shows its outputs
  await log.filter({ hasText: 'Copying 25%' }).waitFor();
  const find = page.getByRole('searchbox', { name: 'Find in log' });
  await find.fill('copying 25');
  await find.press('Enter');
  await page.getByTestId('log-found').filter({ hasText: '1 of 1' }).waitFor();
  await find.fill('10%');
  await find.press('Enter');
  await page.getByTestId('log-found').filter({ hasText: 'none' }).waitFor();
});
