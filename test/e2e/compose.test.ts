import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { bin } from '../support/engine';
import { inCarriers } from './support/carriers';
import { composeTinyLinux, dragBootMenuBeforeMedium, TINY_LINUX_STEPS } from './support/compose-tiny-linux';
import { Designer } from './support/designer';
import { keyboardPerson, mousePerson, tabTo } from './support/person';

/** Builds a folder with the command line only. */
function build(folder: string): void {
  const { status, stderr } = spawnSync(join(bin, 'distro_const'), ['build', 'manifest.xml'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  expect(stderr.split('\n').slice(-20).join('\n')).not.toMatch(/fail/i);
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

inCarriers({}, (open) => {
  it('tiny-linux is composed from blank with the mouse only, and it builds', async () => {
    const folder = temporary();
    const { page } = await open();
    const designer = new Designer(page);
    await designer.goTo('Overview');
    await designer.button('Commands').click();
    await page.getByRole('option', { name: /New from template/ }).click();
    await composeTinyLinux(designer, mousePerson(page), folder);
    await dragBootMenuBeforeMedium(designer);
    expect(await designer.rows()).toEqual(TINY_LINUX_STEPS);

    await designer.button('Save').click();
    await expect.poll(() => designer.button('Save').isDisabled()).toBe(true);
    build(join(folder, 'composed'));
    expect(readdirSync(join(folder, 'area/media')).filter((name) => name.endsWith('.iso'))).toHaveLength(1);
  });

  it('tiny-linux is composed with the keyboard only, with 30 edits undone and redone', async () => {
    const folder = temporary();
    const { page } = await open();
    const designer = new Designer(page);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+n');
    await composeTinyLinux(designer, keyboardPerson(page), folder);

    await tabTo(page, designer.row('Step grub-setup'));
    await page.keyboard.press('Alt+ArrowUp');
    await designer.hears('Step grub-setup moved to position 6 of 7');
    expect(await designer.rows()).toEqual(TINY_LINUX_STEPS);
    await designer.save();
    const manifest = join(folder, 'composed/manifest.xml');
    const saved = readFileSync(manifest, 'utf8');

    for (let times = 0; times < 30; times++) await page.keyboard.press('Control+z');
    await designer.hears(/^Undid/);
    await designer.save();
    expect(readFileSync(manifest, 'utf8')).not.toContain('grub-setup');
    for (let times = 0; times < 30; times++) await page.keyboard.press('Control+Shift+z');
    await designer.hears('Redid: Move step grub-setup');
    await designer.save();
    expect(readFileSync(manifest, 'utf8')).toBe(saved);
    build(join(folder, 'composed'));
  });

  it('An edited script is saved with its run bit.', async () => {
    const { page } = await open();
    const designer = new Designer(page);
    await designer.goTo('Steps');
    await designer.row('Step br-config').click();
    await designer.button('Open in editor').click();
    await page.getByRole('textbox', { name: 'Script scripts/br-config' }).click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# typed here\n# ManifestRead "$1" img_params/hostn');
    await page.getByRole('option', { name: 'img_params/hostname' }).click();
    await designer.goTo('Changes since save');
    await page.getByText('# typed here').waitFor();
    await designer.save();
    await page.getByText('Everything is saved.').waitFor();
    const path = await page.evaluate<string>('document.querySelector(".doc b").title');
    const script = path.replace('manifest.xml', 'scripts/br-config');
    expect(readFileSync(script, 'utf8')).toMatch(/# typed here\n# ManifestRead "\$1" img_params\/hostname$/);
    expect(statSync(script).mode & 0o111).toBe(0o111);
  });
});
