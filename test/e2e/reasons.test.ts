// Every disabled button has a reason, steps are shown whatever the state of the build area, and refusals are shown whole.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { SECTIONS } from '../../src-shared/document/sections';
import { TestProject } from '../support/engine';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { TimelinePage, tinyLinux } from './support/timeline';

/** Texts of disabled buttons without a description and a tooltip. */
function withoutReason(page: Page): Promise<string[]> {
  return page.locator('button:disabled').evaluateAll((found) => {
    const buttons = found as unknown as { getAttribute(name: string): string | null; readonly textContent: string }[];
    const { document } = globalThis as unknown as {
      document: { getElementById(id: string): { textContent: string | null } | null };
    };
    return buttons.flatMap((button) => {
      const ids = button.getAttribute('aria-describedby')?.split(' ') ?? [];
      const described = ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
      const hasReason = described.trim() !== '' && (button.getAttribute('title') ?? '') !== '';
      return hasReason ? [] : [button.getAttribute('aria-label') ?? button.textContent];
    });
  });
}

it('Every disabled button of every section and of the timeline has its reason as tooltip and description.', async () => {
  const { path } = tinyLinux();
  const { page } = await openInChromium({ document: path });
  const found: string[] = [];
  const look = async (where: string): Promise<void> => {
    for (const button of await withoutReason(page)) found.push(`${where}: ${button}`);
  };
  const designer = new Designer(page);
  const lookEverywhere = async (state: string): Promise<void> => {
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'Compose' }).click();
    for (const { title } of SECTIONS) {
      await designer.goTo(title);
      await look(`${state}, ${title}`);
    }
  };
  await lookEverywhere('saved');
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.checkpoint('iso').click();
  await look('timeline');
  await timeline.button('Table').click();
  await look('tables');
  await designer.section('XML').waitFor({ state: 'detached' });
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: 'Compose' }).click();
  await designer.goTo('XML');
  await page.getByRole('textbox').first().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('<');
  await expect.poll(() => page.getByTestId('build').isDisabled()).toBe(true);
  await lookEverywhere('not well-formed');
  expect(found).toEqual([]);
});

it('The timeline shows the steps of a manifest whose build area cannot be read, and why.', async () => {
  const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  onTestFinished(() => project.dispose());
  project.edit((text) => text.replace(/<build_area>.*<\/build_area>/, '<build_area>no-such-pool/area</build_area>'));
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
  const timeline = new TimelinePage(page);
  await timeline.open();
  expect(await page.getByRole('option').count()).toBe(2);
  await timeline.checkpoint('b').click();
  await page.getByRole('heading', { name: 'Checkpoint b' }).waitFor();
  await page.getByRole('region', { name: 'Timeline' }).getByText('no-such-pool', { exact: false }).waitFor();
});

it('A refusal before the first step is in the failure box, whole, until the next start.', async () => {
  const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  onTestFinished(() => project.dispose());
  const manifest = join(project.folder, 'manifest.xml');
  const whole = readFileSync(manifest, 'utf8');
  chmodSync(join(project.folder, 'scripts/b'), 0o644);
  const { page } = await openInChromium({ document: manifest });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.buildButton.click();
  const box = page.getByRole('region', { name: 'What went wrong' });
  await box.getByText('The build did not start').waitFor();
  const { stderr } = await project.build();
  expect((await box.locator('pre').innerText()).trim()).toBe(stderr.trim());
  chmodSync(join(project.folder, 'scripts/b'), 0o755);
  writeFileSync(manifest, whole);
  await timeline.buildButton.click();
  await timeline.says('Done');
  await box.waitFor({ state: 'detached' });
});
