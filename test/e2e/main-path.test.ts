// From the template to an image that boots: a user with a pasted key, German, a boot menu, a build, a boot, an edit whose cost is seen
// first, and all of it undone.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { onlyInFull } from '../support/full';
import { whyNoBoot } from '../support/qemu';
import { bin } from '../support/engine';
import { lacksRootOr, runTool } from '../support/run-tool';
import { inCarriers } from './support/carriers';
import { Designer } from './support/designer';
import { keyboardPerson, mousePerson, type Person } from './support/person';
import { TimelinePage } from './support/timeline';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ anna@workshop';
const TIMEOUT_MS = 1_800_000;
const BUILD_MS = 1_200_000;
const BOOT_MS = 400_000;

const lacks =
  onlyInFull ?? whyNoBoot() ?? lacksRootOr('mmdebstrap', 'mksquashfs', 'unshare', 'xorriso', 'mcopy', 'zstd');

async function save(designer: Designer, person: Person): Promise<void> {
  if (person.isKeyboard) return designer.save();
  await designer.button('Save').click();
  await expect.poll(() => designer.button('Save').isDisabled()).toBe(true);
}

/** Undoes the last edit. */
async function undo(designer: Designer, person: Person): Promise<void> {
  if (person.isKeyboard) return designer.page.keyboard.press('Control+z');
  await designer.button('Commands').click();
  await designer.page.getByRole('option', { name: /^Undo/ }).first().click();
}

/** Chooses a value of a field with a list. */
async function pick(page: Page, person: Person, label: string, search: string, value: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await person.fill(field, search);
  if (person.isKeyboard) await page.keyboard.press('Enter');
  else await page.getByRole('option', { name: value }).first().click();
}

/** Makes the document from the template, and returns its folder. */
async function create(page: Page, designer: Designer, person: Person, base: string): Promise<string> {
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  if (person.isKeyboard) await page.keyboard.press('Control+n');
  else {
    await designer.button('Commands').click();
    await page.getByRole('option', { name: /New from template/ }).click();
  }
  const dialog = page.getByRole('dialog');
  await person.press(dialog.getByRole('radio', { name: /Debian live/ }));
  await person.fill(dialog.getByLabel('Name'), 'fieldkit');
  await person.fill(dialog.getByLabel('In folder'), base);
  await person.press(dialog.getByRole('button', { name: 'Create' }));
  await page.getByText('fieldkit/manifest.xml').first().waitFor();
  await person.press(designer.section('Build settings'));
  await person.fill(page.getByLabel('Build area', { exact: true }), join(base, 'area'));
  await save(designer, person);
  return join(base, 'fieldkit');
}

/** Adds the user, language, keyboard, and the packages that these need. */
async function addPeople(page: Page, designer: Designer, person: Person): Promise<void> {
  await person.press(designer.section('Accounts and locale'));
  await person.press(designer.button('Add user'));
  const user = page.getByRole('region', { name: /^User / });
  await person.fill(user.getByLabel('User name'), 'anna');
  await person.fill(user.getByLabel('Full name'), 'Anna Berg');
  await person.press(designer.button('Add key… of anna'));
  const keys = user.getByLabel('New SSH key of anna');
  await expect.poll(() => keys.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
  // What a paste does.
  await page.keyboard.insertText(KEY);
  await person.press(user.getByRole('button', { name: 'Add key', exact: true }));
  await page.getByRole('option', { name: /anna/ }).getByText('1 key').waitFor();
  await pick(page, person, 'Locale', 'deutsch deutschland', 'de_DE.UTF-8');
  await designer.button('Remove de_DE.UTF-8').waitFor();
  await pick(page, person, 'Keyboard', 'de nodeadkeys', 'de nodeadkeys');

  // The repairs of the two problems.
  await person.press(designer.section('Overview'));
  const problems = page.getByRole('group', { name: 'List of problems' });
  for (const name of ['console-setup', 'locales']) {
    await person.press(problems.getByRole('button', { name: new RegExp(`^Add .*${name}`) }));
    await problems.getByText(`needs the package ${name}`).waitFor({ state: 'detached' });
  }
}

async function changeMenu(page: Page, designer: Designer, person: Person): Promise<void> {
  await person.press(designer.section('Boot'));
  await person.fill(page.getByLabel('Title', { exact: true }), 'Fieldkit');
  await person.press(designer.button('Add entry'));
  const title = page.getByLabel('Added to the title');
  await expect.poll(() => title.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
  await person.fill(title, '(serial console)');
  await person.fill(page.getByLabel(/^Kernel options/), 'console=ttyS0,115200');
  await page.keyboard.press('Enter');
  await designer.button('Remove console=ttyS0,115200').waitFor();
}

inCarriers({ lacks, isMainJob: true }, (open) => {
  it.each([
    ['mouse', mousePerson],
    ['keyboard', keyboardPerson],
  ] as const)('From the template to an image that boots, by %s.', { timeout: TIMEOUT_MS }, async (_, personOf) => {
    const base = mkdtempSync(join(tmpdir(), 'slipway-path-'));
    onTestFinished(() => rmSync(base, { recursive: true, force: true }));
    const { page } = await open({ width: 1360, height: 860 });
    const designer = new Designer(page);
    const timeline = new TimelinePage(page);
    const person = personOf(page);
    const areas = page.getByRole('navigation', { name: 'Areas' });
    const look = async (name: string): Promise<void> => {
      const at = process.env.SLIPWAY_LOOK;
      if (at !== undefined) await page.screenshot({ path: `${at}-path-${name}.png` });
    };

    const folder = await create(page, designer, person, base);
    const manifest = join(folder, 'manifest.xml');
    const saved = readFileSync(manifest);
    await addPeople(page, designer, person);
    await look('accounts');
    await changeMenu(page, designer, person);
    await look('menu');
    await page
      .getByText(/^0 errors/)
      .first()
      .waitFor();

    await person.press(areas.getByRole('button', { name: 'Build' }));
    await page.locator('[aria-label=Timeline][aria-busy=false]').waitFor();
    await person.press(timeline.buildButton);
    await timeline.says(/^Done/, BUILD_MS);
    // Before the tree is packed, and after the menu was written.
    const inImage = (step: string, path: string): string =>
      runTool(join(bin, 'distro_const'), 'cat', manifest, step, `pkg_image/${path}`);
    expect(inImage('br-init', 'home/anna/.ssh/authorized_keys').trim()).toBe(KEY);
    expect(inImage('br-init', 'etc/default/locale')).toContain('de_DE.UTF-8');
    expect(inImage('br-init', 'etc/default/keyboard')).toMatch(/XKBLAYOUT="de"\nXKBVARIANT="nodeadkeys"/);
    expect(inImage('iso', 'boot/grub/grub.cfg')).toMatch(/Fieldkit \(serial console\)[\s\S]*console=ttyS0,115200/);

    await person.press(page.getByRole('tab', { name: 'Outputs' }));
    await person.press(page.getByRole('button', { name: 'Boot test of fieldkit.iso' }));
    await page.getByTestId('boot-verdict').filter({ hasText: 'Booted' }).waitFor({ timeout: BOOT_MS });
    await look('booted');

    // Only the title: what reruns is seen before the build.
    await person.press(areas.getByRole('button', { name: 'Compose' }));
    await person.press(designer.section('Boot'));
    await page.getByText(/^Read by grub-setup; an edit reruns 4 steps, about /).waitFor();
    await person.fill(page.getByLabel('Title', { exact: true }), 'Fieldkit North');
    await expect.poll(() => timeline.buildButton.textContent()).toBe('Save and resume from grub-setup');
    await look('reruns');
    await person.press(designer.section('Overview'));
    await page.getByText(/make 4 of 10 steps stale|makes 4 of 10 steps stale/).waitFor();

    await save(designer, person);
    for (let edits = 0; !readFileSync(manifest).equals(saved); edits++) {
      expect(edits, 'edits that are undone').toBeLessThan(40);
      await undo(designer, person);
      await save(designer, person);
    }
  });
});
