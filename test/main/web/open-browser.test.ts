import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openBrowser } from '../../../src-main/web/open-browser';

it('The browser gets the address by a private file, and never as an argument.', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-browser-'));
  const path = process.env['PATH'] ?? '';
  onTestFinished(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });
  const [bin, state] = [join(folder, 'bin'), join(folder, 'state')];
  for (const made of [bin, state]) mkdirSync(made);
  writeFileSync(
    join(bin, 'xdg-open'),
    `#!/bin/sh\ncat "$1" >${folder}/page.new; echo "$@" >${folder}/args; mv ${folder}/page.new ${folder}/page\n`,
  );
  chmodSync(join(bin, 'xdg-open'), 0o755);
  process.env['PATH'] = [bin, path].join(delimiter);
  const forget = openBrowser('http://127.0.0.1:1/#token=secret', state);
  const [file = ''] = readdirSync(state);
  expect(statSync(join(state, file)).mode & 0o077).toBe(0);
  await vi.waitFor(() => expect(readFileSync(join(folder, 'page'), 'utf8')).toContain('token=secret'), 60_000);
  expect(readFileSync(join(folder, 'args'), 'utf8')).not.toContain('secret');
  forget();
  expect(readdirSync(state)).toEqual([]);
});
