import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepPaths } from '../../src-shared/document/list-paths';
import { SECTIONS } from '../../src-shared/document/sections';
import { parseManifest } from '../../src-shared/manifest/parse';
import { decodeManifest } from '../../src-shared/manifest/source';
import { corpus } from '../support/engine';
import { count, report, seedOf } from '../support/faults/count';
import { Random } from '../support/random';
import { openInChromium, type OpenApp } from './support/app';
import { Designer } from './support/designer';
import { dragTo } from './support/mouse';
import { copyOfSample, template, temporary } from './support/samples';
import { TimelinePage, tinyLinux } from './support/timeline';

async function opened(app: OpenApp): Promise<Designer> {
  await app.page.getByRole('heading', { level: 1 }).first().waitFor();
  return new Designer(app.page);
}

describe('An edit:', () => {
  it('One edit changes one line of the file, and undo leaves no change at all.', async () => {
    const document = copyOfSample();
    const { page } = await openInChromium({ document });
    const designer = new Designer(page);
    await designer.goTo('Accounts and locale');
    const field = page.getByLabel('Host name');
    await field.fill('other');
    await designer.save();
    const before = readFileSync(template, 'utf8').split('\n');
    const after = readFileSync(document, 'utf8').split('\n');
    expect(after.filter((line, at) => line !== before[at])).toEqual(['    <hostname>other</hostname>']);
    expect(after).toHaveLength(before.length);
    await page.getByRole('heading', { name: 'Accounts and locale' }).click();
    await page.keyboard.press('Control+z');
    await designer.save();
    expect(readFileSync(document, 'utf8')).toBe(before.join('\n'));
  });

  it('Each thing is edited in one place, and steps are not among the outputs.', async () => {
    const designer = await opened(await openInChromium());
    await designer.goTo('Boot');
    await designer.page.getByRole('tab', { name: 'Boot archive' }).click();
    await designer.page.getByRole('heading', { name: 'Packing', level: 2 }).waitFor();
    await designer.goTo('Outputs');
    expect(await designer.page.getByRole('heading', { name: 'Packing' }).count()).toBe(0);
    expect(await designer.page.locator('[data-element=finalizer]').count()).toBe(0);
  });

  it.each(['layout-a0.xml', 'layout-a.xml', 'layout-b.xml', 'virtual-machine.xml', 'odd.xml'])(
    'Every section shows every format: %s.',
    async (name) => {
      const document = join(temporary(), name);
      copyFileSync(join(import.meta.dirname, '../fixtures/manifests', name), document);
      const { page } = await openInChromium({ document });
      const designer = new Designer(page);
      for (const { title } of SECTIONS) await designer.goTo(title);
    },
  );

  it('Typing in the XML changes the forms, and a form changes the XML; broken XML stops the forms only.', async () => {
    const document = copyOfSample();
    const { page } = await openInChromium({ document });
    const designer = new Designer(page);
    await designer.goTo('XML');
    const editor = page.getByRole('textbox', { name: 'Manifest text' });
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Control+f');
    await page.getByRole('textbox', { name: 'Find' }).waitFor();
    await page.keyboard.type('tinylinux');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.type('typed');
    await designer.goTo('Accounts and locale');
    await expect.poll(() => page.getByLabel('Host name').inputValue()).toBe('typed');
    await page.getByLabel('Host name').fill('formed');
    await designer.goTo('Changes since save');
    await page.getByText('<hostname>formed</hostname>').waitFor();
    await designer.goTo('XML');
    await editor.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('<');
    await page.getByText('not well-formed').waitFor();
    await page
      .getByRole('region', { name: 'Problems' })
      .getByText(/Line \d+, column \d+/)
      .waitFor();
    await designer.goTo('Accounts and locale');
    expect(await page.getByLabel('Host name').isDisabled()).toBe(true);
    await page.getByRole('heading', { name: 'Accounts and locale' }).click();
    await page.keyboard.press('Control+z');
    await expect.poll(() => page.getByLabel('Host name').isEnabled()).toBe(true);
  });
});

describe('a step dragged in manifests of the corpus (skipped without it)', () => {
  const manifests = join(corpus, 'manifests');
  const files = existsSync(manifests)
    ? readdirSync(manifests, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'))
    : [];

  it.skipIf(files.length === 0)('is moved in the file, and nothing else is', { timeout: 1_200_000 }, async () => {
    const folder = temporary();
    // One window for all: each is saved before the next one opens over it.
    let designer: Designer | undefined;
    let moved = 0;
    // The move itself is tested without a window in all of them.
    const chosen = new Random(seedOf(910)).sample(files, count(16, files.length));
    for (const [index, file] of chosen.entries()) {
      const source = decodeManifest(readFileSync(join(manifests, file)));
      let steps: readonly string[];
      try {
        steps = stepPaths(parseManifest(source));
      } catch {
        continue; // the corpus has files that are not XML; they are opened below
      }
      if (steps.length < 3) continue;
      const document = join(folder, `dragged-${index}.xml`);
      // Not a copy of the file: the corpus is read-only.
      writeFileSync(document, readFileSync(join(manifests, file)));
      if (designer) await designer.open(document);
      else designer = await opened(await openInChromium({ document, height: 1080 }));
      await designer.goTo('Steps');
      const rows = designer.page.getByRole('option');
      const size = await rows.count();
      await dragTo(designer.page, rows.nth(size - 1), rows.nth(size - 3), 'before');
      await designer.save();
      const after = decodeManifest(readFileSync(document));
      // The same lines in another order, without additions and losses.
      expect(after.split('\n').sort(), file).toEqual(source.split('\n').sort());
      expect(after, file).not.toBe(source);
      moved++;
    }
    report(`steps dragged in a window: ${moved} manifests of ${files.length}`);
    expect(moved).toBeGreaterThan(count(10, 30));
  });
});

describe('Files that are not manifests, and other encodings:', () => {
  it.each<[string, Buffer, RegExp]>([
    ['an entity bomb', Buffer.from(bomb()), /entit/i],
    ['50 MB', Buffer.alloc(50 * 1024 * 1024, 0x20), /bytes; at most/],
    ['binary junk', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe]), /UTF-8|zero bytes/],
    ['half a file', readFileSync(template).subarray(0, 900), /Line \d+, column \d+/],
    ['nothing', Buffer.alloc(0), /Line 1, column 1/],
  ])(
    'A file with %s is refused with a clear sentence, and nothing hangs or is overwritten.',
    async (_, bytes, sentence) => {
      const document = join(temporary(), 'hostile.xml');
      writeFileSync(document, bytes);
      const { page } = await openInChromium({ document });
      await page.getByText(sentence).first().waitFor();
      await page.keyboard.press('Control+s');
      await page.getByRole('button', { name: 'Commands' }).click();
      await page.getByRole('dialog').waitFor();
      expect(readFileSync(document).equals(bytes)).toBe(true);
    },
  );

  it.each<[string, (text: string) => Buffer]>([
    ['UTF-16', (text) => Buffer.from(`\ufeff${text.replace('UTF-8', 'UTF-16')}`, 'utf16le')],
    ['CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ])('A manifest with %s opens, and keeps its encoding.', async (_, encode) => {
    const document = join(temporary(), 'manifest.xml');
    const text = readFileSync(template, 'utf8');
    writeFileSync(document, encode(text));
    const { page } = await openInChromium({ document });
    const designer = new Designer(page);
    await designer.goTo('XML');
    await designer.goTo('Accounts and locale');
    await page.getByLabel('Host name').fill('other');
    await designer.save();
    expect(readFileSync(document).equals(encode(text.replace('tinylinux', 'other')))).toBe(true);
  });
});

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  return `<!DOCTYPE d [<!ENTITY l0 "lol">${levels}]><distribution name="&l9;"/>`;
}

describe('Unsaved work:', () => {
  it('A crash loses no work, and the file is not touched.', async () => {
    const document = copyOfSample();
    const script = join(document, '../scripts/mine');
    mkdirSync(join(document, '../scripts'));
    writeFileSync(script, '#!/bin/sh\n');
    const state = temporary();
    const app = await openInChromium({ document, state });
    const designer = new Designer(app.page);
    await designer.goTo('Scripts');
    await app.page.getByRole('textbox', { name: 'Script scripts/mine' }).click();
    await app.page.keyboard.press('Control+End');
    await app.page.keyboard.type('precious too');
    await designer.goTo('Accounts and locale');
    await app.page.getByLabel('Host name').fill('precious');
    const kept = (): string =>
      existsSync(join(state, 'recovery'))
        ? readdirSync(join(state, 'recovery'))
            .filter((name) => name.endsWith('.json'))
            .map((name) => readFileSync(join(state, 'recovery', name), 'utf8'))
            .join()
        : '';
    await expect.poll(kept).toMatch(/<hostname>precious</);
    await app.close();
    expect(readFileSync(document, 'utf8')).toBe(readFileSync(template, 'utf8'));
    const again = await openInChromium({ document, state });
    await again.page.getByRole('button', { name: 'Restore' }).click();
    const second = new Designer(again.page);
    await second.goTo('Accounts and locale');
    expect(await again.page.getByLabel('Host name').inputValue()).toBe('precious');
    await second.save();
    expect(readFileSync(document, 'utf8')).toContain('precious');
    expect(readFileSync(script, 'utf8')).toBe('#!/bin/sh\nprecious too');
  });

  it('A change by another program is loaded when nothing is unsaved; otherwise the user is asked.', async () => {
    const document = copyOfSample();
    const { page } = await openInChromium({ document });
    const designer = new Designer(page);
    await designer.goTo('Accounts and locale');
    const field = page.getByLabel('Host name');
    const write = (name: string): void =>
      writeFileSync(document, readFileSync(template, 'utf8').replace('tinylinux', name));
    write('theirs');
    await expect.poll(() => field.inputValue()).toBe('theirs');
    await field.fill('mine');
    write('again');
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await expect.poll(() => readFileSync(document, 'utf8')).toContain('<hostname>mine<');
    await field.fill('mine too');
    write('last');
    await page.getByRole('button', { name: 'Reload from disk' }).click();
    await expect.poll(() => field.inputValue()).toBe('last');
    await page.getByRole('heading', { name: 'Accounts and locale' }).click();
    await page.keyboard.press('Control+z');
    expect(await field.inputValue()).toBe('mine too');
  });

  it('Another manifest opens over every section and over the timeline.', async () => {
    const [first, second] = [tinyLinux().path, copyOfSample()];
    const { page } = await openInChromium({ document: first });
    const designer = new Designer(page);
    for (const [at, { title }] of SECTIONS.entries()) {
      await designer.goTo(title);
      await designer.open(at % 2 === 0 ? second : first);
    }
    const timeline = new TimelinePage(page);
    await timeline.open();
    await timeline.checkpoint('im-mod').click();
    await designer.open(second);
  });

  it('Two saves at the same time are not taken for a change by another program.', async () => {
    const { page } = await openInChromium({ document: copyOfSample() });
    const designer = new Designer(page);
    await designer.goTo('Accounts and locale');
    for (const name of ['one', 'two', 'three']) {
      await page.getByLabel('Host name').fill(name);
      await page.evaluate(`for (let at = 0; at < 3; at++)
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 's', ctrlKey: true, bubbles: true }));`);
      await designer.hears('Saved');
      await expect.poll(() => designer.button('Save').isDisabled()).toBe(true);
      expect(await page.getByRole('dialog').count()).toBe(0);
    }
  });

  it('The user is asked when the manifest is closed.', async () => {
    const { page } = await openInChromium({ document: copyOfSample() });
    const designer = new Designer(page);
    await designer.goTo('Accounts and locale');
    await page.getByLabel('Host name').fill('unsaved');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('close the');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByLabel('Host name').inputValue()).toBe('unsaved');
  });
});

describe('problems', () => {
  it('lead to their place, and are fixed by one click, which one undo takes back', async () => {
    const document = copyOfSample();
    writeFileSync(document, readFileSync(template, 'utf8').replace('type="gzip"', 'type="GZIP"'));
    const { page } = await openInChromium({ document });
    const designer = new Designer(page);
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByRole('button', { name: 'Go to' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Boot' }).waitFor();
    await problems.getByRole('button', { name: 'Write gzip' }).click();
    await problems.getByText('GZIP').waitFor({ state: 'detached' });
    await designer.save();
    expect(readFileSync(document, 'utf8')).toBe(readFileSync(template, 'utf8'));
  });

  it('include those of the build host, such as a script that does not exist there', async () => {
    const document = copyOfSample();
    const { page } = await openInChromium({ document });
    const problems = page.getByRole('region', { name: 'Problems' });
    const problem = problems.getByText('The script scripts/br-arch does not exist or is not executable');
    await problem.waitFor();
    await page.getByText('Checked on this computer.').waitFor();
    const item = problems.getByRole('listitem').filter({ hasText: 'scripts/br-arch' });
    await item.getByRole('button', { name: 'Go to' }).click();
    expect(await page.getByLabel('Checkpoint name').inputValue()).toBe('br-arch');
  });
});
