import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stubImageProject } from '../support/stub-image';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { dragTo } from './support/mouse';
import { debianLive, fixture } from './support/samples';

it('A boot menu is composed by keyboard and by mouse, shown as GRUB shows it, and undone byte for byte.', async () => {
  const document = debianLive();
  const before = readFileSync(document, 'utf8');
  const { page } = await openInChromium({ document });
  const designer = new Designer(page);
  await designer.goTo('Boot');
  const cards = page.getByRole('list', { name: 'Boot menu entries' });
  const titles = (): Promise<(string | null)[]> =>
    cards.getByRole('listitem').evaluateAll((items) => items.map((item) => item.getAttribute('data-name')));
  const preview = page.getByRole('complementary', { name: 'Boot menu preview' });
  const screen = async (): Promise<string[]> =>
    (await preview.locator('.line').allTextContents()).filter((line) => line.trim() !== '');
  expect(await titles()).toEqual(['Debian live', 'Debian live (copied to memory)', 'Debian live (safe graphics)']);
  expect(await screen()).toEqual(['*Debian live', ' Debian live (copied to memory)', ' Debian live (safe graphics)']);

  // By keyboard: a new entry with two options, moved up, and made the default.
  await page.getByLabel('Title', { exact: true }).fill('Harbour');
  await designer.button('Add entry').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('INPUT');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('(serial)');
  await page.keyboard.press('Tab');
  await page.keyboard.type('console=ttyS0 quiet');
  await page.keyboard.press('Enter');
  await designer.button('Remove quiet').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+ArrowUp');
  await expect
    .poll(titles)
    .toEqual(['Harbour', 'Harbour (copied to memory)', 'Harbour (serial)', 'Harbour (safe graphics)']);
  await designer.hears('Harbour (serial) moved to position 3 of 4');
  await designer.button('Make default: Harbour (serial)').press('Enter');
  await expect
    .poll(screen)
    .toEqual([' Harbour', ' Harbour (copied to memory)', '*Harbour (serial)', ' Harbour (safe graphics)']);
  await preview.getByText('linux $kernel $options console=ttyS0 quiet').waitFor();

  // By mouse: an entry is dragged, one is removed, an option goes, and the default stays with its entry.
  const card = (name: string) => cards.locator(`[data-name="Harbour ${name}"]`);
  await card('(serial)').getByRole('button', { name: 'Remove quiet' }).click();
  await card('(serial)').locator('[data-card]').click();
  await dragTo(page, card('(safe graphics)'), card('(copied to memory)'), 'before');
  await expect
    .poll(titles)
    .toEqual(['Harbour', 'Harbour (safe graphics)', 'Harbour (copied to memory)', 'Harbour (serial)']);
  await designer.button('Remove Harbour (safe graphics)').click();
  await expect.poll(screen).toEqual([' Harbour', ' Harbour (copied to memory)', '*Harbour (serial)']);
  await designer.save();
  const after = readFileSync(document, 'utf8');
  expect(after).toContain('<default_entry>2</default_entry>');
  expect(after).toContain('<line>linux $kernel $options console=ttyS0</line>');

  // Title, new entry, its title, two options, move, default, option, move, removal.
  await page.getByRole('heading', { name: 'Boot', exact: true }).click();
  expect(await designer.undoUntil(() => readFileSync(document, 'utf8') === before)).toBe(10);
});

it('Rules of the boot archive are filtered, pasted, changed and removed by keyboard, and undone byte for byte.', async () => {
  const document = debianLive();
  const before = readFileSync(document, 'utf8');
  const { page } = await openInChromium({ document });
  const designer = new Designer(page);
  await designer.goTo('Boot');
  await page.getByRole('tab', { name: 'Boot archive' }).click();
  const list = page.getByRole('listbox', { name: 'Boot archive rules' });
  await page.getByLabel('Filter paths').fill('scsi');
  await expect.poll(() => list.getByRole('option').count()).toBe(4);
  // What is pasted into the filtered list is selected in the whole one.
  const paste = (text: string): Promise<void> =>
    page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', '${text}');
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    }`);
  await list.getByRole('option').last().click();
  await paste('opt/driver/');
  await designer
    .row('Include opt/driver')
    .and(list.getByRole('option', { selected: true }))
    .waitFor();
  await page.keyboard.press('Control+z');
  await designer.row('Include opt/driver').waitFor({ state: 'detached' });

  const path = (name: string): string => `usr/lib/modules/*/kernel/drivers/${name}`;
  await designer.row(`Include ${path('ata')}`).click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Space');
  await designer.row(`Exclude ${path('cdrom')}`).waitFor();
  await designer.hears('2 paths excluded');
  await paste('opt/tools/\\n- opt/tools/doc/\\n/etc/motd.txt');
  await designer.row('Exclude opt/tools/doc').waitFor();
  expect((await designer.rows()).slice(1, 5)).toEqual([
    `Exclude ${path('cdrom')}`,
    'Include opt/tools',
    'Exclude opt/tools/doc',
    'Include etc/motd.txt',
  ]);
  await designer.row('Include opt/tools').click();
  await page.keyboard.press('Enter');
  await page.keyboard.type('../secret');
  await page.keyboard.press('Enter');
  await page.getByText('1 path outside the image').waitFor();
  await page.keyboard.press('Delete');
  await page.keyboard.press('Alt+ArrowDown');
  await designer.save();
  const after = readFileSync(document, 'utf8');
  expect(after).toContain(`<base_exclude type="dir">${path('ata')}</base_exclude>`);
  expect(after).toContain('<base_include type="file">etc/motd.txt</base_include>');
  expect(after).not.toContain('secret');

  // Exclude two, paste, change a path, remove, move.
  await page.getByRole('heading', { name: 'Boot', exact: true }).click();
  expect(await designer.undoUntil(() => readFileSync(document, 'utf8') === before)).toBe(5);
});

it('How the boot archive is packed is set in fields and rows, and a problem unfolds what is folded.', async () => {
  const document = fixture('layout-b.xml');
  const before = readFileSync(document, 'utf8');
  const { page } = await openInChromium({ document });
  const designer = new Designer(page);
  await designer.goTo('Boot');
  await page.getByRole('tab', { name: 'Boot archive' }).click();
  const packing = page.getByRole('region', { name: 'Packing' });
  const inode = packing.getByLabel('Bytes per inode');
  expect(await inode.isVisible()).toBe(false);
  await packing.getByLabel('Compression').selectOption('none');
  await expect.poll(() => packing.getByLabel('Level, 0 to 9').isDisabled()).toBe(true);
  await packing.getByText('Advanced').click();
  await designer.button('Add profile').click();
  const profile = packing.getByRole('group', { name: 'profile 3' });
  await profile.getByLabel('Path').fill('/etc/svc/new.xml');
  await profile.getByLabel('File location').selectOption('On the build host');
  await designer.button('Move profile 3 up').click();
  await inode.fill('many');
  await packing.getByText('1 problem').waitFor();
  await designer.save();
  const after = readFileSync(document, 'utf8');
  expect(after).toMatch(/new\.xml" use_build_sys_file="true"\/>\s*<profile path="\/usr\/share\/live\.xml"/);

  // Another visit: the fold is open, because it has the problem.
  await designer.goTo('Outputs');
  await designer.goTo('Boot');
  await page.getByRole('tab', { name: 'Boot archive' }).click();
  await inode.waitFor();
  await page.getByRole('heading', { name: 'Boot', exact: true }).click();
  await designer.undoUntil(() => readFileSync(document, 'utf8') === before);
});

it.skipIf(process.getuid?.() !== 0)('Rules have the files and sizes of the last boot archive.', async () => {
  const project = stubImageProject('grub-setup', {});
  onTestFinished(() => project.dispose());
  project.script(
    'fake',
    `ManifestRead "$1" img_params/boot_archive_contents/base_include
drivers=$4/usr/lib/modules/6.1/kernel/drivers
mkdir -p "$2/live" "$4/etc" "$drivers/ata/deep"
echo kernel | tee "$2/live/vmlinuz" >"$2/live/initrd"
echo workshop >"$4/etc/hostname"
head -c 2048 /dev/zero | tee "$drivers/ata/a.ko" >"$drivers/ata/deep/b.ko"`,
  );
  expect((await project.build()).code).toBe(0);
  const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml'), width: 1024, height: 700 });
  const designer = new Designer(page);
  await designer.goTo('Boot');
  await page.getByRole('tab', { name: 'Boot archive' }).click();
  await page.getByText('boot archive of the last build, by fake').waitFor({ timeout: 30_000 });
  const numbers = (path: string): Promise<string[]> =>
    designer.row(`Include ${path}`).locator('.number').allTextContents();
  expect(await numbers('usr/lib/modules/*/kernel/drivers/ata')).toEqual(['2', '4.0 KiB']);
  expect(await numbers('etc/hostname')).toEqual(['1', '9 B']);
  expect(await numbers('usr/lib/modules/*/kernel/drivers/nvme')).toEqual(['none', '']);
  if (process.env.SLIPWAY_LOOK) await page.screenshot({ path: `${process.env.SLIPWAY_LOOK}-counts.png` });
});
