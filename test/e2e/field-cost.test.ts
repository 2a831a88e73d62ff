// What an edit of one field costs, before it is made.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { TestProject } from '../support/engine';
import { stubImageProject } from '../support/stub-image';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';

/** The text beside the label of the field that has the focus. */
const costs = (page: Page): Promise<string[]> =>
  page.locator('.field .cost').filter({ hasText: /\S/ }).allTextContents();

it('A script parameter with a field of its own shows the cost while it has the focus.', async () => {
  const steps = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
  const project = new TestProject({ steps, pairs: { keyboard: 'de' } });
  onTestFinished(() => project.dispose());
  project.script('c', 'ManifestRead -k "$1" keyboard');
  expect((await project.build()).code).toBe(0);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml'), width: 1024, height: 700 });
  const designer = new Designer(page);
  await designer.goTo('Script parameters');
  await page.getByText(/^Read by c; an edit reruns 2 steps, about \S+ \S+\.$/).waitFor({ timeout: 20_000 });

  await designer.goTo('Accounts and locale');
  await page.getByLabel('Keyboard').focus();
  await expect.poll(() => costs(page)).toEqual([expect.stringMatching(/^reruns 2 steps, about \S+/)]);
  if (process.env.SLIPWAY_LOOK) await page.screenshot({ path: `${process.env.SLIPWAY_LOOK}-cost.png` });
  await page.getByLabel('Keyboard').blur();
  await expect.poll(() => costs(page)).toEqual([]);
});

it.skipIf(process.getuid?.() !== 0)('A field of an element shows the cost while it has the focus.', async () => {
  const project = stubImageProject('grub-setup', { files: { 'live/vmlinuz': 'kernel', 'live/initrd': 'initrd' } });
  onTestFinished(() => project.dispose());
  expect((await project.build()).code).toBe(0);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml'), theme: 'dark' });
  const designer = new Designer(page);
  await designer.goTo('Boot');
  await page.getByText(/^Read by grub-setup; an edit reruns 1 step/).waitFor({ timeout: 20_000 });
  await page.getByLabel('Title', { exact: true }).focus();
  await expect.poll(() => costs(page)).toEqual([expect.stringMatching(/^reruns 1 step, about \S+/)]);
  if (process.env.SLIPWAY_LOOK) await page.screenshot({ path: `${process.env.SLIPWAY_LOOK}-cost2.png` });
});
