import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stepPaths } from '../../src-shared/document/list-paths';
import { parseManifest } from '../../src-shared/manifest/parse';
import { decodeManifest } from '../../src-shared/manifest/source';
import { corpus } from '../support/engine';
import { electronRuntime } from '../support/electron-runtime';
import { openInChromium, openInElectron, type OpenApp } from './support/app';
import { accessibilityViolations } from './support/axe';
import { Designer } from './support/designer';
import { frameTimes } from './support/frames';
import { dragTo } from './support/mouse';

const template = join(import.meta.dirname, '../../resources/templates/tiny-linux/manifest.xml');
const runtime = await electronRuntime();
const lacksElectron = 'lacks' in runtime ? runtime.lacks : undefined;

const SECTIONS = [
  ...['Overview', 'Packages', 'Repositories', 'Accounts and locale', 'Boot', 'Steps', 'Build area and flags'],
  ...['Outputs', 'Key-value pairs', 'Scripts', 'XML', 'Changes since save'],
];

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-designer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function copyOfSample(): string {
  const path = join(temporary(), 'manifest.xml');
  copyFileSync(template, path);
  return path;
}

async function opened(app: OpenApp): Promise<Designer> {
  await app.page.getByRole('heading', { level: 1 }).first().waitFor();
  return new Designer(app.page);
}

describe('one line changes', () => {
  it('and the file differs in that line only; undo is no change at all', async () => {
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

  it('typing in the XML changes the forms, and a form the XML; broken XML stops the forms, not the typing', async () => {
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

  it.skipIf(files.length === 0)('is moved in the file, and nothing else is', async () => {
    const folder = temporary();
    for (const file of files) {
      const source = decodeManifest(readFileSync(join(manifests, file)));
      let steps: readonly string[];
      try {
        steps = stepPaths(parseManifest(source));
      } catch {
        continue; // the corpus has files that are not XML; they are opened below
      }
      if (steps.length < 3) continue;
      const document = join(folder, 'dragged.xml');
      // Not a copy of the file: the corpus is read-only.
      writeFileSync(document, readFileSync(join(manifests, file)));
      const app = await openInChromium({ document, height: 1080 });
      const designer = await opened(app);
      await designer.goTo('Steps');
      const rows = app.page.getByRole('option');
      const count = await rows.count();
      await dragTo(app.page, rows.nth(count - 1), rows.nth(count - 3), 'before');
      await designer.save();
      const after = decodeManifest(readFileSync(document));
      // The same lines in another order, none new and none lost.
      expect(after.split('\n').sort(), file).toEqual(source.split('\n').sort());
      expect(after, file).not.toBe(source);
      await app.close();
    }
  });
});

describe('files that are no manifests', () => {
  it.each<[string, Buffer, RegExp]>([
    ['an entity bomb', Buffer.from(bomb()), /entit/i],
    ['50 MB', Buffer.alloc(50 * 1024 * 1024, 0x20), /bytes; at most/],
    ['binary junk', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff, 0xfe]), /UTF-8|zero bytes/],
    ['half a file', readFileSync(template).subarray(0, 900), /Line \d+, column \d+/],
    ['nothing', Buffer.alloc(0), /Line 1, column 1/],
  ])('%s: a clear sentence, nothing hangs, nothing is overwritten', async (_, bytes, sentence) => {
    const document = join(temporary(), 'hostile.xml');
    writeFileSync(document, bytes);
    const { page } = await openInChromium({ document });
    await page.getByText(sentence).first().waitFor({ timeout: 10_000 });
    await page.keyboard.press('Control+s');
    await page.getByRole('button', { name: 'Commands' }).click();
    await page.getByRole('dialog').waitFor();
    expect(readFileSync(document).equals(bytes)).toBe(true);
  });

  it.each<[string, (text: string) => Buffer]>([
    ['UTF-16', (text) => Buffer.from(`\ufeff${text.replace('UTF-8', 'UTF-16')}`, 'utf16le')],
    ['CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ])('%s opens, and stays so', async (_, encode) => {
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

describe('work is not lost', () => {
  it('a crash gives it back, and the file was never touched', async () => {
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
    await expect.poll(kept, { timeout: 10_000 }).toMatch(/<hostname>precious</);
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

  it('what somebody else writes is taken when nothing is unsaved, and asked about otherwise', async () => {
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
    await page.getByRole('button', { name: 'Overwrite with mine' }).click();
    await expect.poll(() => readFileSync(document, 'utf8')).toContain('<hostname>mine<');
    await field.fill('mine too');
    write('last');
    await page.getByRole('button', { name: 'Take what is on disk' }).click();
    await expect.poll(() => field.inputValue()).toBe('last');
    await page.getByRole('heading', { name: 'Accounts and locale' }).click();
    await page.keyboard.press('Control+z');
    expect(await field.inputValue()).toBe('mine too');
  });

  it('closing the manifest asks', async () => {
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
  it('lead to their place, and the fix is one click and one undo', async () => {
    const document = copyOfSample();
    writeFileSync(document, readFileSync(template, 'utf8').replace('type="gzip"', 'type="GZIP"'));
    const { page } = await openInChromium({ document });
    const designer = new Designer(page);
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByRole('button', { name: 'Go to' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Outputs' }).waitFor();
    await problems.getByRole('button', { name: 'Write `gzip`' }).click();
    await page.getByText('0 errors').waitFor();
    await designer.save();
    expect(readFileSync(document, 'utf8')).toBe(readFileSync(template, 'utf8'));
  });
});

describe('a large manifest', () => {
  const large = (): string => {
    const packages = Array.from({ length: 5000 }, (_, at) => `      <pkg name="package-number-${at}"/>`).join('\n');
    const steps = Array.from(
      { length: 200 },
      (_, at) => `        <script name="scripts/s${at}"><checkpoint name="step-${at}" message="Step ${at}"/></script>`,
    ).join('\n');
    return readFileSync(template, 'utf8')
      .replace(/<packages>[\s\S]*<\/packages>/, `<packages>\n${packages}\n    </packages>`)
      .replace(/<finalizer>[\s\S]*<\/finalizer>/, `<finalizer>\n${steps}\n      </finalizer>`);
  };

  it('of 5,000 packages and 200 steps opens in a second, scrolls and drags at 60 frames, and follows the typing', async () => {
    const document = join(temporary(), 'manifest.xml');
    writeFileSync(document, large());
    const small = copyOfSample();
    const { page, consoleErrors } = await openInChromium({ document: small });
    const designer = new Designer(page);
    await designer.goTo('Overview');
    // Through the window's own dialog, so that neither the server's start nor the browser's is measured.
    await page.keyboard.press('Control+o');
    await page.getByRole('textbox', { name: 'File' }).fill(document);
    const started = performance.now();
    await page.keyboard.press('Enter');
    await page.getByText('5000 to install').waitFor();
    const openedIn = performance.now() - started;

    await designer.goTo('Packages');
    const list = page.locator('[data-scroller]');
    await list.hover();
    // The aim is 20 ms, which a quiet machine holds (the figures are printed); the guard leaves room for what else runs on two cores.
    const limit = 25;
    const scroll = await bestOf(3, () =>
      frameTimes(page, async () => {
        for (let turns = 0; turns < 60; turns++) await page.mouse.wheel(0, 400);
      }),
    );
    await page.getByRole('option').nth(8).hover();
    const box = await page.getByRole('option').nth(8).boundingBox();
    if (!box) throw new Error('no row');
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 10, { steps: 4 });
    const drag = await bestOf(3, () =>
      frameTimes(page, async () => {
        for (let at = 0; at < 120; at++) await page.mouse.move(box.x + 60, box.y + 10 + (at % 60) * 4);
      }),
    );
    const drop = await frameTimes(page, () => page.mouse.up());
    await page.getByRole('option').nth(8).click();
    const field = page.getByRole('complementary').getByLabel('Name', { exact: true });
    await field.click();
    const { p95: latency } = await bestOf(3, () => typingLatency(page, 'abcdefghijklmnopqrst'));
    process.stdout.write(
      `large manifest: open ${openedIn.toFixed(0)} ms; scroll p95 ${scroll.p95.toFixed(1)} ms; drag p95 ${drag.p95.toFixed(1)} ms, its drop ${drop.max.toFixed(0)} ms; typing p95 ${latency.toFixed(1)} ms\n`,
    );
    expect(openedIn).toBeLessThan(1000);
    expect(scroll.p95).toBeLessThan(limit);
    expect(drag.p95).toBeLessThan(limit);
    expect(drop.max).toBeLessThan(400);
    expect(latency).toBeLessThan(50);
    expect(consoleErrors).toEqual([]);
  });
});

/** The round with the best 95th percentile: what else runs on the machine shall not decide. */
async function bestOf<T extends { readonly p95: number }>(rounds: number, measure: () => Promise<T>): Promise<T> {
  let best = await measure();
  for (let round = 1; round < rounds; round++) {
    const next = await measure();
    if (next.p95 < best.p95) best = next;
  }
  return best;
}

/** From a key's event to the frame that shows it, 95th percentile in milliseconds. */
async function typingLatency(page: Page, text: string): Promise<{ p95: number }> {
  await page.evaluate(`(() => {
    if (!globalThis.slipwayTyping)
      addEventListener('keydown', ({ timeStamp: from }) => {
        requestAnimationFrame(() => setTimeout(() => globalThis.slipwayTyping.push(performance.now() - from)));
      }, true);
    globalThis.slipwayTyping = [];
  })()`);
  for (const key of text) await page.keyboard.press(key);
  await expect.poll(() => page.evaluate('globalThis.slipwayTyping.length')).toBe(text.length);
  const times = (await page.evaluate<number[]>('globalThis.slipwayTyping')).sort((a, b) => a - b);
  return { p95: times[Math.ceil(times.length * 0.95) - 1] ?? 0 };
}

describe.each(['light', 'dark'] as const)('for everybody, %s', (theme) => {
  it('axe finds nothing on any screen or dialog', async () => {
    const { page, consoleErrors } = await openInChromium({ theme });
    const designer = new Designer(page);
    const found: string[] = [];
    const look = async (where: string): Promise<void> => {
      for (const violation of await accessibilityViolations(page)) found.push(`${where}: ${violation}`);
    };
    for (const section of SECTIONS) {
      await designer.goTo(section);
      await look(section);
    }
    for (const [key, title] of [
      ['Control+n', 'New from template'],
      ['Control+o', 'Open manifest'],
      ['Control+e', 'Export for the command line'],
      ['Control+k', 'Commands'],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole('dialog', { name: title }).waitFor();
      await look(title);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await designer.goTo('Steps');
    await designer.button('Add step…').click();
    await page.getByRole('dialog').waitFor();
    await look('Add step');
    await page.keyboard.press('Escape');
    await designer.goTo('Packages');
    await designer.button('Paste list…').click();
    await page.getByRole('dialog').waitFor();
    await look('Paste list');
    await page.keyboard.press('Escape');
    await designer.goTo('Accounts and locale');
    await page.getByLabel('Host name').fill('<&');
    await page.getByLabel('User id').fill('many');
    await look('with problems');
    await designer.goTo('Changes since save');
    await look('Changes');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('close the');
    await page.keyboard.press('Enter');
    await look('Save the changes?');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('heading', { name: 'Compose an operating-system image' }).waitFor();
    await look('Welcome');
    expect(found).toEqual([]);
    expect(consoleErrors).toEqual([]);
  });
});

describe('Electron is locked up', () => {
  it.skipIf(lacksElectron)(
    'no node, no other page, no window, no inline script, no call without the contract',
    async () => {
      const { page, consoleErrors } = await openInElectron();
      await new Designer(page).goTo('Overview');
      const inPage = (text: string): Promise<unknown> => page.evaluate(text);
      expect(await inPage('[typeof require, typeof process, typeof module, typeof Buffer].join()')).toBe(
        'undefined,undefined,undefined,undefined',
      );
      expect(await inPage('Object.keys(window.host).sort().join()')).toBe('kind,pathForFile');
      expect(await inPage('window.open("https://example.org") === null')).toBe(true);
      await inPage('location.href = "https://example.org/"');
      await inPage(`(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.wasRun = true';
      document.head.append(script);
    })()`);
      expect(await inPage('globalThis.wasRun')).toBeUndefined();
      await expect(inPage('fetch("https://example.org/").then(() => "came")')).rejects.toThrow(/Failed to fetch/);
      // A frame of the page has no bridge, so that nothing in it can hand over a port.
      expect(
        await inPage('document.body.appendChild(document.createElement("iframe")).contentWindow.host === undefined'),
      ).toBe(true);
      expect(await inPage('location.href')).toBe('app://bundle/');
      expect(await inPage('Notification.requestPermission()')).toBe('denied');
      expect(await inPage('fetch("app://bundle/../main/index.cjs").then(({ status }) => status)')).toBe(404);
      expect(await inPage('fetch("app://elsewhere/index.html").then(({ status }) => status, () => 404)')).toBe(404);
      // What the policy refused was said, and nothing else.
      expect(consoleErrors.length).toBeGreaterThan(0);
      for (const text of consoleErrors) expect(text).toMatch(/Content Security Policy|404|Refused|fetch|CORS/i);
    },
  );
});
