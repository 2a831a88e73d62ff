import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { electronRuntime } from '../support/electron-runtime';
import { openInChromium, openInElectron, type OpenApp } from './support/app';
import { accessibilityViolations } from './support/axe';
import { frameTimes } from './support/frames';
import { dragTo } from './support/mouse';

const PAGE = `<!doctype html><html lang="en"><title>Rows</title>
<main><button>Click</button><p id="said"></p><img src="data:,"><ul>
${['a', 'b', 'c'].map((id) => `<li id="${id}" draggable="true" style="height: 40px">${id}</li>`).join('\n')}
</ul></main><script>
const said = document.querySelector('#said');
document.querySelector('button').onclick = () => { said.textContent = 'clicked in ' + innerWidth; console.error('on purpose'); };
let dragged;
for (const row of document.querySelectorAll('li')) {
  row.ondragstart = () => (dragged = row);
  row.ondragover = (event) => {
    event.preventDefault();
    requestAnimationFrame(() => (row.dataset.dropEdge = event.offsetY < 20 ? 'top' : 'bottom'));
  };
  row.ondragleave = () => delete row.dataset.dropEdge;
  row.ondrop = () => row[row.dataset.dropEdge === 'top' ? 'before' : 'after'](dragged);
}
</script></html>`;

const project = mkdtempSync(join(tmpdir(), 'slipway-harness-'));
afterAll(() => rmSync(project, { recursive: true }));
mkdirSync(join(project, 'out/main'), { recursive: true });
writeFileSync(join(project, 'page.html'), PAGE);
writeFileSync(join(project, 'package.json'), '{ "name": "harness", "main": "./out/main/index.cjs" }');
writeFileSync(
  join(project, 'out/main/index.cjs'),
  `const { app, BrowserWindow } = require('electron');
  app.whenReady().then(() => {
    const window = new BrowserWindow();
    window.on('close', (event) => event.preventDefault());
    window.loadFile(__dirname + '/../../page.html');
  });`,
);
writeFileSync(
  join(project, 'out/main/serve-web.cjs'),
  `const page = require('node:fs').readFileSync(__dirname + '/../../page.html');
  const server = require('node:http').createServer((_, reply) => reply.setHeader('content-type', 'text/html').end(page));
  server.listen(0, '127.0.0.1', () =>
    console.log('Slipway is open at http://127.0.0.1:' + server.address().port + '/#token=1'));`,
);

async function tryOut({ page, consoleErrors }: OpenApp): Promise<void> {
  await page.getByRole('button').click();
  expect(await page.locator('#said').textContent()).toBe('clicked in 900');
  await expect.poll(() => consoleErrors).toContain('on purpose');
  expect(await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches')).toBe(true);
  const moved = await frameTimes(page, () => dragTo(page, page.locator('#a'), page.locator('#c'), 'after'));
  expect(await page.locator('li').allTextContents()).toEqual(['b', 'c', 'a']);
  expect(moved.frames).toBeGreaterThan(1);
  await dragTo(page, page.locator('#a'), page.locator('#b'), 'before');
  expect(await page.locator('li').allTextContents()).toEqual(['a', 'b', 'c']);
  expect(await accessibilityViolations(page)).toEqual(['image-alt (critical): Images must have alternative text: img']);
}

const options = { project, width: 900, height: 600, theme: 'dark' as const };

test('Chromium', async () => tryOut(await openInChromium(options)));

test('Electron', async ({ skip }) => {
  const runtime = await electronRuntime();
  if ('lacks' in runtime) skip(runtime.lacks);
  await tryOut(await openInElectron(options));
});
