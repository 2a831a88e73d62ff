// The main use case of lines with a real image: an edit makes a line, both lines are compared and booted, and the edit is undone by a switch.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onlyInFull } from '../support/full';
import { runTool } from '../support/run-tool';
import { lacksSshd, startSshd } from '../support/sshd';
import { lacksZfs, zfsPool } from '../support/temp-zpool';
import { openInChromium } from './support/app';
import { inCarriers } from './support/carriers';
import { Designer } from './support/designer';
import { HostMenu } from './support/host-menu';
import { keyboardPerson, mousePerson, tabTo, type Person } from './support/person';
import { TimelinePage, tinyLinux } from './support/timeline';

const TIMEOUT_MS = 1_800_000;
const BOOT_MS = 400_000;

/** Goes through the use case in an open window. `image` is the path of the finished image. */
async function goThrough(page: Page, person: Person, path: string, image: string): Promise<void> {
  const timeline = new TimelinePage(page);
  const designer = new Designer(page);
  const saved = readFileSync(path);
  const areas = page.getByRole('navigation', { name: 'Areas' });
  const lane = (id: string) => page.locator(`[data-line="${id}"]`);
  const checksum = (): string => runTool('sha256sum', image).split(' ')[0] ?? '';
  const boot = async (): Promise<void> => {
    await person.press(page.getByRole('tab', { name: 'Outputs' }));
    await person.press(page.getByRole('button', { name: 'Boot test of tiny-linux.iso' }));
    await page.getByTestId('boot-verdict').filter({ hasText: 'Booted' }).waitFor({ timeout: BOOT_MS });
  };
  const build = async (label: string): Promise<void> => {
    await expect.poll(() => timeline.buildButton.textContent()).toBe(label);
    await person.press(timeline.buildButton);
  };

  await timeline.open();
  await build('Build');
  await timeline.says(/^Done/);
  const first = checksum();

  await person.press(areas.getByRole('button', { name: 'Compose' }));
  await person.press(designer.section('Accounts and locale'));
  await person.fill(page.getByRole('textbox', { name: 'Host name' }), 'othername');
  await person.press(areas.getByRole('button', { name: 'Build' }));
  await build('Save and resume from im-mod');
  await designer.hears('The build resumes from im-mod. The current state is kept as line “main”.');
  await lane('line-2').waitFor();
  await timeline.says(/^Done/);
  expect(checksum()).not.toBe(first);
  await boot();

  // Both lines compared.
  if (person.isKeyboard) {
    await tabTo(page, page.getByRole('listbox', { name: 'Checkpoints' }));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
  } else await lane('main').locator('[data-parked-step=br-init]').click();
  await person.press(timeline.button('Compare'));
  await page.getByRole('treeitem', { name: /^hostname, changed file/ }).waitFor();

  // The edit is undone by a switch: nothing runs.
  await person.press(areas.getByRole('button', { name: 'Compose' }));
  await page.keyboard.press('Control+z');
  await build('Save and switch to line 1: nothing to run');
  await designer.hears('Switched to “main”. Nothing was run, and nothing was deleted.');
  expect(readFileSync(path).equals(saved)).toBe(true);
  expect(checksum()).toBe(first);
  await timeline.open();
  await boot();

  await person.press(timeline.button('Prune…'));
  const prune = page.getByRole('dialog', { name: 'Prune checkpoints and lines' });
  await person.fill(prune.getByRole('spinbutton', { name: /^All parked lines but the last/ }), '0');
  await person.press(prune.getByRole('button', { name: 'Remove 1 line' }));
  await lane('line-2').waitFor({ state: 'detached' });
  expect(checksum()).toBe(first);
}

const PERSONS = [
  ['mouse', mousePerson],
  ['keyboard', keyboardPerson],
] as const;

inCarriers({}, (open) => {
  it.skipIf(onlyInFull !== undefined).each(PERSONS)(
    'Lines of tiny-linux by %s.',
    { timeout: TIMEOUT_MS },
    async (_, person) => {
      const { path, area } = tinyLinux();
      const { page } = await open({ document: path, width: 1360, height: 860 });
      await goThrough(page, person(page), path, join(area, 'media/tiny-linux.iso'));
    },
  );
});

const lacking = onlyInFull ?? lacksSshd() ?? lacksZfs();
describe.skipIf(lacking !== undefined)(
  `On a host over SSH with ZFS${lacking === undefined ? '' : ` (${lacking})`}:`,
  () => {
    it.each(PERSONS)('Lines of tiny-linux by %s.', { timeout: TIMEOUT_MS }, async (_, person) => {
      const pool = await zfsPool();
      onTestFinished(() => pool.dispose());
      const server = await startSshd();
      onTestFinished(() => server.stop());
      const { path } = tinyLinux();
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(/(<build_area>)[^<]*/, `$1${pool.name}/area`));
      const { page } = await openInChromium({ document: path, width: 1360, height: 860 });
      await new TimelinePage(page).open();
      await new HostMenu(page).add(server);
      await goThrough(page, person(page), path, join(pool.mountpoint, 'area/media/tiny-linux.iso'));
    });
  },
);
