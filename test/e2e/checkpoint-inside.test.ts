// The contents of a checkpoint as a user sees them: changes, files, its manifest, a shell.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { shellProcesses } from '../support/shell-processes';
import { openInChromium } from './support/app';
import { takePictures, violationsInBothThemes } from './support/themes';
import { TimelinePage } from './support/timeline';

let project: TestProject;
let manifest: string;

beforeAll(async () => {
  project = new TestProject({
    steps: [
      {
        name: 'populate',
        body: 'cd "$2"; mkdir -p etc usr/bin usr/lib; seq 40 >etc/hosts; echo old >etc/gone; head -c 3000 /dev/urandom >usr/bin/tool; ln -s hosts etc/link; chmod 4755 usr/bin/tool; echo "<b>bold</b>" >"etc/<img src=x>"; for i in $(seq 2000); do echo $i >usr/lib/file$i; done',
      },
      {
        name: 'configure',
        body: 'cd "$2"; sed -i s/7/seven/ etc/hosts; rm etc/gone; echo new >etc/new; head -c 4000 /dev/urandom >usr/bin/tool; chmod 4755 usr/bin/tool; chmod 600 usr/lib/file1',
      },
      { name: 'iso' },
    ],
  });
  manifest = join(project.folder, 'manifest.xml');
  expect((await project.build()).code).toBe(0);
});
afterAll(() => project.dispose());

describe('the inside of a checkpoint', () => {
  it('shows what a step changed, the files and the manifest of that time, and a shell, in both themes', async () => {
    const { page } = await openInChromium({ document: manifest, width: 1360, height: 860 });
    const timeline = new TimelinePage(page);
    const violations: string[] = [];
    const look = async (where: string): Promise<void> => {
      for (const one of await violationsInBothThemes(page)) violations.push(`${where}: ${one}`);
      await takePictures(page, where);
    };
    await timeline.open();
    await timeline.checkpoint('iso').click();

    await timeline.tab('Changes');
    const tree = page.getByRole('tree');
    await tree.getByRole('treeitem', { name: /^hosts, changed file/ }).click();
    const content = page.getByRole('region', { name: 'Content' });
    await content.getByText('seven', { exact: true }).first().waitFor();
    await look('changes');
    await tree.getByRole('treeitem', { name: /^tool, changed file/ }).click();
    await content.getByText('This file is binary: 2.9 KiB → 3.9 KiB.').waitFor();
    await tree.press('ArrowLeft');
    await tree.press('ArrowLeft');
    expect(await tree.getByRole('treeitem', { name: /^bin, folder/ }).getAttribute('aria-expanded')).toBe('false');
    await tree.press('ArrowRight');
    await tree.press('ArrowRight');
    await content.getByText('This file is binary').waitFor();
    await tree.getByRole('treeitem', { name: /^file1, changed file/ }).click();
    await content.getByText('The content is the same. Changed: mode.').waitFor();
    await tree.getByRole('treeitem', { name: /^gone, removed file/ }).click();
    await content.getByText('old', { exact: true }).waitFor();

    await timeline.tab('Files');
    const files = page.getByRole('listbox', { name: /^Files in/ });
    await files.getByRole('option', { name: /^folder pkg_image/ }).dblclick();
    await files.getByRole('option', { name: /etc/ }).click();
    await look('files');
    await files.press('Enter');
    await files.getByRole('option', { name: 'link → hosts' }).waitFor();
    expect(await files.getByRole('option', { name: '<img src=x>' }).count()).toBe(1);
    await files.getByRole('option', { name: /^hosts/ }).click();
    await files.press('Enter');
    await page
      .getByRole('textbox', { name: 'Text of pkg_image/etc/hosts' })
      .getByText('seven', { exact: true })
      .waitFor();
    await look('text');
    await page.keyboard.press('Escape');
    await files.press('ArrowLeft');
    await files.getByRole('option', { name: /usr/ }).dblclick();
    await files.getByRole('option', { name: /lib/ }).click();
    await files.press('Enter');
    await page.getByRole('listbox', { name: 'Files in pkg_image/usr/lib' }).waitFor();
    await files.press('End');
    await files.getByRole('option', { name: /file999/ }).waitFor();
    await page.getByRole('navigation', { name: 'Path in the checkpoint' }).getByRole('button', { name: 'usr' }).click();
    await files.getByRole('option', { name: /bin/ }).dblclick();
    await files.getByRole('option', { name: /tool.*-rwsr-xr-x/ }).dblclick();
    await page.getByRole('region', { name: 'Bytes of pkg_image/usr/bin/tool' }).getByText('00000010').waitFor();
    await look('hex');

    await page.getByRole('button', { name: 'Save a copy…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.keyboard.press('Escape');

    await timeline.tab('Manifest');
    await page.getByText('Unchanged since this checkpoint.').waitFor();
    await look('manifest');

    await timeline.tab('Shell');
    const terminal = page.getByRole('textbox', { name: 'Shell in the checkpoint of iso' });
    await terminal.waitFor();
    await page.getByText('read-only', { exact: true }).waitFor();
    await terminal.focus();
    await page.keyboard.type('cat pkg_image/etc/new; touch x; stty size; echo "grüße"\n');
    await expect.poll(() => page.locator('.xterm-rows').textContent()).toMatch(/new.*Read-only file system.*grüße/s);
    await look('shell');
    await page.keyboard.press('Control+Shift+F6');
    await expect.poll(() => page.locator(':focus').textContent()).toContain('Restart shell');
    await terminal.focus();
    await page.keyboard.type('exit 4\n');
    await page.getByText('The shell has ended with status 4.').waitFor();
    await look('shell-ended');

    await page.getByRole('button', { name: 'Open again' }).click();
    await page.getByText('read-only', { exact: true }).waitFor();
    await expect.poll(() => shellProcesses(project.area)).not.toEqual([]);
    await timeline.tab('Files');
    await expect.poll(() => shellProcesses(project.area)).toEqual([]);
    await timeline.tab('Shell');
    await page.getByText('read-only', { exact: true }).waitFor();
    await expect.poll(() => shellProcesses(project.area)).not.toEqual([]);
    await page.close();
    await expect.poll(() => shellProcesses(project.area)).toEqual([]);

    expect(violations).toEqual([]);
  });

  it('shows where the manifest differs from the editor', async () => {
    const before = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, before.replace('Step iso', 'Another message'));
    const { page } = await openInChromium({ document: manifest, width: 1360, height: 860 });
    const timeline = new TimelinePage(page);
    await timeline.open();
    await timeline.checkpoint('iso').click();
    await timeline.tab('Manifest');
    const diff = page.getByRole('textbox', { name: 'The manifest, from the checkpoint of iso to the open document' });
    await diff.getByText('Another message').waitFor();
    await diff.getByText('Step iso').waitFor();
    await takePictures(page, 'manifest-differs');
    writeFileSync(manifest, before);
  });
});
