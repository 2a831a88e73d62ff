// Frames while the log grows, and the time from a click on Resume to a line, with the real engine.
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject } from '../support/engine';
import { hasZfs, zfsPool } from '../support/temp-zpool';
import { openInChromium } from '../e2e/support/app';
import { frameTimes } from '../e2e/support/frames';
import { ManyLines } from '../e2e/support/many-lines';
import { TimelinePage } from '../e2e/support/timeline';

it('A step prints 1,000,000 lines while the window shows them.', { timeout: 180_000 }, async () => {
  const lines = await ManyLines.open();
  const running = await frameTimes(lines.page, () => lines.build());
  await lines.openLog();
  const scrolling = await frameTimes(lines.page, () => lines.scroll());
  const found = await lines.find();
  await lines.goToStart();
  process.stdout.write(
    `1,000,000 lines: longest frame ${running.max.toFixed(0)} ms while it ran, ${scrolling.max.toFixed(0)} ms while scrolling (p95 ${scrolling.p95.toFixed(1)} ms); ` +
      `found and shown in ${found} ms\n`,
  );
});

it.skipIf(!hasZfs)(
  'A click on Resume leads to the first line of the step, with 300 MB on ZFS (skipped without ZFS).',
  { timeout: 180_000 },
  async () => {
    const pool = await zfsPool(2 * 2 ** 30);
    onTestFinished(() => pool.dispose());
    const project = new TestProject({
      steps: [
        { name: 'a', body: 'head -c 300000000 /dev/urandom >"$2/big"' },
        { name: 'b', body: 'echo "first line of $$"' },
        { name: 'c' },
      ],
      area: `${pool.name}/area`,
    });
    onTestFinished(() => project.dispose());
    expect((await project.build()).code).toBe(0);
    const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
    const timeline = new TimelinePage(page);
    await timeline.open();
    await timeline.checkpoint('b').click();
    await page.getByText('Keeps').waitFor();
    await page.evaluate(WATCH);
    const waits: number[] = [];
    for (let n = 0; n < 10; n++) {
      await timeline.says('Done');
      await timeline.tab('Log');
      // Like a user who reads the screen before clicking.
      await page.getByText('Keeps').waitFor();
      await page.getByRole('button', { name: /^\+\d+ ~/ }).waitFor();
      await timeline.button('Resume from here').click();
      waits.push(await page.evaluate<number>('globalThis.slipwayFirstLine'));
    }
    waits.sort((a, b) => a - b);
    const median = ((waits[4] ?? 0) + (waits[5] ?? 0)) / 2;
    process.stdout.write(
      `click on Resume to the first line: ${waits.map((wait) => wait.toFixed(0)).join(' ')} ms, median ${median.toFixed(0)} ms\n`,
    );
  },
);

/** Runs in the page: the time from each click on a resume button to the frame that shows a new line. */
const WATCH = `addEventListener('click', (event) => {
  if (!event.target.closest('button')?.textContent.includes('Resume from here')) return;
  const clicked = performance.now();
  const seen = new Set([...document.querySelectorAll('[role=log] .line')].map((line) => line.textContent));
  globalThis.slipwayFirstLine = new Promise((resolve) => {
    const check = () => {
      const isNew = [...document.querySelectorAll('[role=log] .line')].some((line) => /first line of/.test(line.textContent) && !seen.has(line.textContent));
      if (isNew) requestAnimationFrame(() => resolve(performance.now() - clicked));
      else requestAnimationFrame(check);
    };
    check();
  });
}, true)`;
