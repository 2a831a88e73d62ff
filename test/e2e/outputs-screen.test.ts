// The section Outputs: formats are switched on and off, by mouse and by keyboard, and the document folder follows.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openInChromium, type OpenOptions } from './support/app';
import { accessibilityViolations } from './support/axe';
import { Designer } from './support/designer';
import { tabTo } from './support/person';

const templates = join(import.meta.dirname, '../../resources/templates');

/** A copy of a template whose last build has made an ISO of 1 MiB. */
function project(template: string) {
  const base = mkdtempSync(join(tmpdir(), 'slipway-outputs-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const [folder, media] = [join(base, 'document'), join(base, 'area/media')];
  cpSync(join(templates, template), folder, { recursive: true });
  const manifest = join(folder, 'manifest.xml');
  const text = readFileSync(manifest, 'utf8').replace(/(<build_area>)[^<]*/, `$1${join(base, 'area')}`);
  writeFileSync(manifest, text);
  mkdirSync(media, { recursive: true });
  writeFileSync(join(media, `${template}.iso`), Buffer.alloc(2 ** 20));
  return { folder, manifest, read: () => readFileSync(manifest, 'utf8') };
}

async function openOutputs(document: string, options: OpenOptions = {}) {
  const { page } = await openInChromium({ document, ...options });
  const designer = new Designer(page);
  await designer.goTo('Outputs');
  return { page, designer, card: (title: string) => page.getByRole('region', { name: title, exact: true }) };
}

const toggle = (page: Page, title: string) => page.getByRole('switch', { name: title, exact: true });

async function look(page: Page, name: string): Promise<void> {
  expect(await accessibilityViolations(page)).toEqual([]);
  if (process.env['PICTURES']) await page.screenshot({ path: join(process.env['PICTURES'], `${name}.png`) });
}

describe('the section Outputs', () => {
  it('A format is switched on with its steps and scripts, and one undo takes all of it back.', async () => {
    const { folder, manifest, read } = project('debian-live');
    const before = read();
    const { page, designer, card } = await openOutputs(manifest);
    await page.getByText('2 of 8 formats on').waitFor();
    await card('Hybrid ISO').getByText('1.0 MiB').waitFor();
    await card('qcow2 disk').getByText('Needs fdisk, qemu-utils on the build host').waitFor();

    await toggle(page, 'qcow2 disk').click();
    await designer.hears('qcow2 disk is on. The next build makes debian-live.qcow2.');
    await page.getByText('3 of 8 formats on').waitFor();
    await card('qcow2 disk').getByText('Not built').waitFor();
    for (const file of ['disk', 'disk.meta.json', 'qcow2', 'qcow2.meta.json'])
      expect(existsSync(join(folder, 'scripts', file)), file).toBe(true);
    await designer.save();
    const names = [...read().matchAll(/<script name="scripts\/([^"]*)"/g)].map((match) => match[1]);
    expect(names.slice(-4)).toEqual(['usb', 'disk', 'qcow2', 'hygiene']);

    await page.keyboard.press('Control+z');
    await page.getByText('2 of 8 formats on').waitFor();
    await expect.poll(() => existsSync(join(folder, 'scripts/qcow2'))).toBe(false);
    await designer.save();
    expect(read()).toBe(before);
  });

  it('The keyboard switches a format on and changes its settings.', async () => {
    const { manifest, read } = project('debian-live');
    const { page, designer } = await openOutputs(manifest);
    await tabTo(page, toggle(page, 'VHD'));
    await page.keyboard.press('Space');
    await designer.hears('VHD is on.');
    await tabTo(page, page.getByRole('radio', { name: 'Automatic' }));
    await page.keyboard.press('ArrowDown');
    const size = page.getByLabel('Fixed size of VHD');
    await tabTo(page, size);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('2 GB');
    await page.getByText('Must be a number of MiB.').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('2048');
    await page.getByText('Must be a number of MiB.').waitFor({ state: 'detached' });
    await designer.save();
    expect(read()).toContain('<pair key="disk_mb" value="2048"/>');
  });

  it('Off removes the steps, also those of formats that are made from it, and no output at all is an error.', async () => {
    const { folder, manifest, read } = project('debian-live');
    const { page, designer } = await openOutputs(manifest);
    await toggle(page, 'Hybrid ISO').click();
    await designer.hears('Remove output Hybrid ISO and USB image. The scripts stay in scripts/.');
    await page.getByText('The build makes no image. Switch on at least one format.').waitFor();
    await designer.save();
    expect(read()).not.toMatch(/scripts\/(iso|usb)"/);
    expect(existsSync(join(folder, 'scripts/iso'))).toBe(true);
    await toggle(page, 'USB image').click();
    await page.getByText('2 of 8 formats on').waitFor();
  });

  it('A size budget is checked by a step, and a file over it is shown with the fixes.', async () => {
    const { folder, manifest, read } = project('debian-live');
    writeFileSync(join(folder, '../area/media/debian-live.usb'), Buffer.alloc(6 * 2 ** 20));
    const { page, designer } = await openOutputs(manifest);
    const budget = page.getByRole('region', { name: 'Size budget' });
    await budget.getByLabel('Size budget').fill('4');
    await budget.getByLabel('Size budget').press('Enter');
    await budget.getByText('over by 2.0 MiB').waitFor();
    await budget.getByText('25 %').waitFor();
    await look(page, 'outputs-budget');
    expect(existsSync(join(folder, 'scripts/budget'))).toBe(true);
    await budget.getByRole('button', { name: 'Limit only Hybrid ISO' }).click();
    await budget.getByText('6.0 MiB, not limited').waitFor();
    await designer.save();
    expect(read()).toContain('<pair key="budget_mb" value="4"/>');
    expect(read()).toContain('<script name="scripts/budget">');
  });

  it('The checksum of the last file is computed on demand.', async () => {
    const { manifest } = project('tiny-linux');
    const { page, card } = await openOutputs(manifest);
    await page.getByText('1 of 7 formats on, 1 not possible for this image').waitFor();
    await card('Hybrid ISO').getByRole('button', { name: 'Checksum of tiny-linux.iso' }).click();
    await card('Hybrid ISO').getByText('30e149…9fcb58').waitFor();
  });

  it.each([
    ['light', 1360, 860],
    ['dark', 1360, 860],
    ['light', 1920, 1080],
    ['dark', 1024, 700],
  ] as const)('It is readable and reachable in a %s window of %d by %d.', async (theme, width, height) => {
    const { manifest } = project('debian-live');
    const { page, card } = await openOutputs(manifest, { theme, width, height });
    await toggle(page, 'qcow2 disk').click();
    await card('qcow2 disk').getByText('Not built').waitFor();
    await look(page, `outputs-${theme}-${width}`);
    const isWide = await page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
    expect(isWide).toBe(false);
  });
});
