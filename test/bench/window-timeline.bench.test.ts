// How a timeline with many steps and runs opens and scrolls.
import { join } from 'node:path';
import { it, onTestFinished } from 'vitest';
import { openInChromium } from '../e2e/support/app';
import { frameTimes } from '../e2e/support/frames';
import { inventRuns } from '../e2e/support/many-runs';
import { TimelinePage } from '../e2e/support/timeline';
import { TestProject } from '../support/engine';

it('A timeline of 200 steps and 100 runs opens and scrolls.', async () => {
  const steps = Array.from({ length: 200 }, (_, n) => `step-${n + 1}`);
  const project = new TestProject({ steps: steps.map((name) => ({ name })) });
  onTestFinished(() => project.dispose());
  await project.build('-p', 'step-3');
  inventRuns(project, steps, 99);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml'), width: 1360, height: 860 });
  const timeline = new TimelinePage(page);
  const started = performance.now();
  await timeline.open();
  await page.getByText('Run 100', { exact: false }).first().waitFor();
  const opened = performance.now() - started;
  const box = await page.getByTestId('timeline').boundingBox();
  if (!box) throw new Error('no timeline');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const frames = await frameTimes(page, async () => {
    for (let n = 0; n < 60; n++) await page.mouse.wheel(120, 30);
  });
  process.stdout.write(
    `timeline of 200 steps and 100 runs: ${opened.toFixed(0)} ms to open, scroll frames p95 ${frames.p95.toFixed(1)} ms, longest ${frames.max.toFixed(1)} ms\n`,
  );
});

it('A timeline of 50 lines with 12 steps opens, unfolds and scrolls.', async () => {
  const steps = Array.from({ length: 12 }, (_, n) => `step-${n + 1}`);
  const project = new TestProject({ steps: steps.map((name) => ({ name })) });
  onTestFinished(() => project.dispose());
  await project.build();
  for (let n = 1; n < 50; n++) await project.build('--fork', '-r', `step-${2 + (n % 11)}`);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml'), width: 1360, height: 860 });
  const timeline = new TimelinePage(page);
  const started = performance.now();
  await timeline.open();
  const fold = page.getByRole('button', { name: /^44 more lines/, includeHidden: true });
  await fold.waitFor();
  const opened = performance.now() - started;
  const unfolding = performance.now();
  await fold.click();
  await fold.waitFor({ state: 'detached' });
  const unfolded = performance.now() - unfolding;
  const box = await page.getByTestId('timeline').boundingBox();
  if (!box) throw new Error('no timeline');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const frames = await frameTimes(page, async () => {
    for (let n = 0; n < 60; n++) await page.mouse.wheel(0, 40);
  });
  process.stdout.write(
    `timeline of 50 lines with 12 steps: ${opened.toFixed(0)} ms to open, ${unfolded.toFixed(0)} ms to unfold, scroll frames p95 ${frames.p95.toFixed(1)} ms, longest ${frames.max.toFixed(1)} ms\n`,
  );
});
