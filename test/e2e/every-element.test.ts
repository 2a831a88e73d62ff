// The table of elements: each value of the format is found in the screen that the table names, edited there, and undone.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { fieldValue } from '../../src-shared/document/fields';
import { SECTIONS, sectionOf, type SectionId } from '../../src-shared/document/sections';
import { parseManifest } from '../../src-shared/manifest/parse';
import { openInChromium } from './support/app';
import { Designer } from './support/designer';
import { everyElement, type Value } from './support/every-element';
import { temporary } from './support/samples';

const AREA = '<build_area>/nowhere/area</build_area>';
const LAYOUTS = [
  [
    'the present layout',
    `<distribution name="every">\n  <distro_constr_params>\n    ${AREA}\n  </distro_constr_params>\n  <img_params/>\n</distribution>\n`,
  ],
  [
    'the layout of 2008 and 2009',
    `<distribution name="every">\n  <distro_constr_params/>\n  <img_params>\n    ${AREA}\n    <output_image/>\n  </img_params>\n</distribution>\n`,
  ],
] as const;
const TIMEOUT_MS = 600_000;

const keyOf = ({ path, attribute = '' }: Value): string => `${path}@${attribute}`;
const sectionOfValue = ({ path, attribute = '' }: Value): SectionId =>
  sectionOf([path, attribute].filter(Boolean).join('/'));

/** Labels of the fields of a step. */
const STEP_FIELDS: Readonly<Record<string, string>> = {
  'script@name': 'Script',
  'checkpoint@name': 'Checkpoint name',
  'checkpoint@message': 'Message',
  'argslist@': 'Arguments (one per line)',
};

/** Labels of the fields of a package, and the list that has those of each element. */
const PACKAGE_FIELDS: Readonly<Record<string, string>> = { name: 'Name', attrs: 'Attributes', tags: 'Tags' };
const PACKAGE_LISTS = { packages: /^Install/, post_install_remove_packages: /^Remove after install/ } as const;

/** Shows the parts of a section one after the other, with all that is folded. */
async function* partsOf(designer: Designer, section: SectionId, title: string): AsyncGenerator<void> {
  const { page } = designer;
  await designer.goTo(title);
  if (section === 'overview') await designer.button('Rename').click();
  if (section === 'steps') await designer.row('Step word').click();
  const tabs = {
    boot: page.getByRole('tablist', { name: 'Boot settings' }).getByRole('tab'),
    packages: page
      .getByRole('region', { name: 'In the image' })
      .getByRole('group', { name: 'List' })
      .getByRole('button'),
  };
  const tab = section === 'boot' || section === 'packages' ? tabs[section] : undefined;
  for (let at = 0; at < ((await tab?.count()) ?? 1); at++) {
    await tab?.nth(at).click();
    if (section === 'packages') await designer.row('word').click();
    const card = page.locator('[data-card][aria-expanded=false]');
    if ((await card.count()) > 0) await card.first().click();
    await designer.unfold();
    yield;
  }
}

/** Changes a field to another value. */
async function change(field: Locator, { path, attribute }: Value): Promise<void> {
  if ((await field.evaluate(({ tagName }) => tagName)) === 'SELECT') {
    const now = await field.inputValue();
    const options = await field.locator('option').all();
    const others = (await Promise.all(options.map((option) => option.getAttribute('value')))).filter(
      (one) => one !== now,
    );
    await field.selectOption(others.find((one) => one !== '') ?? '');
    return;
  }
  await field.fill(attribute === 'username' ? 'bert' : '5');
  // Chips take what is typed at Enter.
  if (path.endsWith('locale_list')) await field.press('Enter');
}

/** What changes a value: its field, or another control. `undefined` where this part of the section does not have it. */
async function controlOf(page: Page, designer: Designer, value: Value): Promise<(() => Promise<void>) | undefined> {
  const { path, attribute = '' } = value;
  const name = path.split('/').at(-1) ?? '';
  const stepField = STEP_FIELDS[`${name}@${attribute}`];
  const fields = page.locator(`[data-field="${keyOf(value)}"]`);
  const by = async (control: Locator, act: (one: Locator) => Promise<unknown>) =>
    (await control.count()) === 0 ? undefined : async () => void (await act(control.first()));
  const click = (control: Locator) => by(control, (one) => one.click());

  if (sectionOfValue(value) === 'steps' && stepField !== undefined)
    return by(page.getByLabel(stepField, { exact: true }), (one) => change(one, value));
  if (name === 'pkg') {
    const list = path.includes('post_install') ? 'post_install_remove_packages' : 'packages';
    if ((await page.getByRole('button', { name: PACKAGE_LISTS[list], pressed: true }).count()) === 0) return undefined;
    const panel = page.getByRole('complementary', { name: 'Selected package' });
    return by(panel.getByLabel(PACKAGE_FIELDS[attribute] ?? '', { exact: true }), (one) => change(one, value));
  }
  if (name === 'rootpass')
    return click(page.getByRole('group', { name: 'Root sign-in' }).getByRole('button', { name: 'Locked' }));
  if (name === 'password')
    return click(designer.button(`Lock the password of ${path.includes('root_user') ? 'root' : 'anna'}`));
  if (name === 'line') return by(page.getByLabel('GRUB lines'), (one) => change(one, value));
  if (value.isAbsent) {
    const row = page.locator('.two').filter({ has: page.locator(`[data-field="${path}@add"]`) });
    return by(row.getByLabel('Action'), (one) => one.selectOption('delete'));
  }
  if (name === 'base_include' || name === 'base_exclude') {
    const row = designer.row(name === 'base_include' ? 'Include word' : 'Exclude word');
    const acts: Readonly<Record<string, RegExp>> = {
      '': /^(Include|Exclude)$/,
      type: /^Make/,
      fiocompress: /ompress$/,
    };
    const act = acts[attribute] ?? /^$/;
    return by(row, async (one) => {
      await one.click();
      await page.getByRole('group', { name: 'Selected paths' }).getByRole('button', { name: act }).click();
    });
  }
  return by(fields, (one) => change(one, value));
}

it.each(LAYOUTS)(
  'Each element of %s is found, edited and undone in its screen.',
  { timeout: TIMEOUT_MS },
  async (_, skeleton) => {
    const { source, values } = everyElement(skeleton);
    const document = join(temporary(), 'manifest.xml');
    writeFileSync(document, source);
    const { page } = await openInChromium({ document, width: 1360, height: 900 });
    const designer = new Designer(page);
    const left = new Map(values.map((value) => [keyOf(value), value]));
    const save = designer.button('Save');

    /** Edits, reads the edit in the file, and undoes it byte for byte. */
    const editAndUndo = async (value: Value, edit: () => Promise<void>): Promise<void> => {
      await edit();
      await expect.poll(() => save.isDisabled(), { message: keyOf(value) }).toBe(false);
      await designer.save();
      const valueIn = (text: string) => fieldValue(parseManifest(text), value.path, value.attribute);
      expect(valueIn(readFileSync(document, 'utf8')), keyOf(value)).not.toBe(valueIn(source));
      await page.evaluate('document.activeElement.blur()');
      await page.keyboard.press('Control+z');
      await expect.poll(() => save.isDisabled()).toBe(false);
      await designer.save();
      expect(readFileSync(document, 'utf8'), keyOf(value)).toBe(source);
      left.delete(keyOf(value));
    };

    for (const { id, title } of SECTIONS) {
      const own = values.filter((value) => sectionOfValue(value) === id);
      if (own.length === 0) continue;
      for await (const _part of partsOf(designer, id, title))
        for (const value of own.filter((one) => left.has(keyOf(one)))) {
          const edit = await controlOf(page, designer, value);
          if (edit) await editAndUndo(value, edit);
        }
    }
    expect([...left.keys()]).toEqual([]);
  },
);
