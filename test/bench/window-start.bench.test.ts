// The time from a start to a usable designer, compared with a minimal Electron app.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { _electron, type Page } from 'playwright-core';
import { it, onTestFinished } from 'vitest';
import { electronFor, electronRuntime } from '../support/electron-runtime';
import { display } from '../e2e/support/display';
import { copyOfSample, temporary } from '../e2e/support/samples';

const root = join(import.meta.dirname, '../..');
const runtime = await electronRuntime();

/** Seconds from the start of Electron until a page shows something, median of five starts. */
async function startUp(
  project: string,
  args: readonly string[],
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
    const app = await _electron.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...args], env });
    await isThere(await app.firstWindow());
    seconds.push((performance.now() - began) / 1000);
    await app.close();
  }
  return seconds.sort((a, b) => a - b)[2] ?? Infinity;
}

/** A minimal Electron app. */
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

it.skipIf('lacks' in runtime)('The designer starts, beside a hello-world Electron.', async () => {
  const hello = await startUp(helloWorld(), [], (page) => page.getByRole('heading', { name: 'hello' }).waitFor());
  const designer = await startUp(root, [copyOfSample()], async (page) => {
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name: 'Packages' }).click();
    await page.getByRole('heading', { level: 1, name: 'Packages' }).waitFor();
  });
  process.stdout.write(
    `cold start, median of 5: ${designer.toFixed(2)} s, ${(designer / hello).toFixed(2)} of a hello-world app\n`,
  );
});
