// How long somebody waits for the designer, and how much comes before it: measured, and kept.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { _electron, type Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { electronFor, electronRuntime } from '../support/electron-runtime';
import { display } from './support/display';
import { copyOfSample, temporary } from './support/samples';
import { expectWithin } from '../support/machine';

const root = join(import.meta.dirname, '../..');
const runtime = await electronRuntime();

/** Seconds from the start of Electron until a page shows something, median of five starts. */
async function startUp(
  project: string,
  words: readonly string[],
  isThere: (page: Page) => Promise<void>,
): Promise<number> {
  const DISPLAY = await display();
  const executablePath = await electronFor(project);
  onTestFinished(() => rmSync(dirname(executablePath), { recursive: true, force: true }));
  const seconds: number[] = [];
  for (let start = 0; start < 5; start++) {
    const state = temporary();
    const env = { ...process.env, DISPLAY, DBUS_SESSION_BUS_ADDRESS: 'disabled:', SLIPWAY_STATE: state, HOME: state };
    const began = performance.now();
    const app = await _electron.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...words], env });
    await isThere(await app.firstWindow());
    seconds.push((performance.now() - began) / 1000);
    await app.close();
  }
  return seconds.sort((a, b) => a - b)[2] ?? Infinity;
}

/** The least that Electron can show. */
function helloWorld(): string {
  const folder = join(temporary(), 'hello');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "name": "hello", "version": "1.0.0", "main": "main.js" }');
  writeFileSync(join(folder, 'page.html'), '<!doctype html><title>hello</title><h1>hello</h1>');
  writeFileSync(
    join(folder, 'main.js'),
    "const { app, BrowserWindow } = require('electron'); app.whenReady().then(() => new BrowserWindow().loadFile('page.html'));",
  );
  return folder;
}

describe('the start', () => {
  it.skipIf('lacks' in runtime)('takes less than two seconds to a usable designer in Electron', async () => {
    const hello = await startUp(helloWorld(), [], (page) => page.getByRole('heading', { name: 'hello' }).waitFor());
    const designer = await startUp(root, [copyOfSample()], async (page) => {
      await page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name: 'Packages' }).click();
      await page.getByRole('heading', { level: 1, name: 'Packages' }).waitFor();
    });
    process.stdout.write(
      `cold start, median of 5: ${designer.toFixed(2)} s; a hello-world app ${hello.toFixed(2)} s\n`,
    );
    expectWithin(designer, 2);
  });

  it('loads less than 350 kB before the window can be used, and nothing that is not looked at yet', () => {
    const assets = join(root, 'out/renderer/assets');
    const page = readFileSync(join(root, 'out/renderer/index.html'), 'utf8');
    const entries = [...page.matchAll(/(?:src|href)="\.?\/?assets\/([^"]+\.js)"/g)].map(([, name = '']) => name);
    const packed = entries.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
    process.stdout.write(`entry bundle: ${Math.round(packed / 1000)} kB gzipped\n`);
    expect(entries.length).toBeGreaterThan(0);
    expect(packed).toBeLessThan(350_000);
    const code = entries.map((name) => readFileSync(join(assets, name), 'utf8')).join('');
    for (const later of ['cm-content', 'xterm-screen']) expect(code).not.toContain(later);
    expect(readdirSync(assets).length).toBeGreaterThan(entries.length);
  });
});
