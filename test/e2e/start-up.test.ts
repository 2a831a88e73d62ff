import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

it('The window loads less than 350 kB before it can be used, without the code of later screens.', () => {
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
