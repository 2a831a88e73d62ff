import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryHome } from '../../../src-main/program/temporary-home';
import { tempFolder } from '../../support/temp-folder';

const account = process.getuid?.() ?? 0;
const expected = (shared: string): string => join(shared, `slipway-${account}`);

it('An account without a home gets the same private folder again.', () => {
  const shared = tempFolder();
  expect(temporaryHome(shared, account)).toBe(expected(shared));
  expect(temporaryHome(shared, account)).toBe(expected(shared));
  expect(statSync(expected(shared)).mode & 0o777).toBe(0o700);
});

it.each<[string, (folder: string) => void]>([
  [
    'others can write to',
    (folder) => {
      mkdirSync(folder);
      chmodSync(folder, 0o777);
    },
  ],
  ['is a link', (folder) => symlinkSync('/var/empty', folder)],
])('A folder that %s is not used as a home.', (_, make) => {
  const shared = tempFolder();
  make(expected(shared));
  const home = temporaryHome(shared, account);
  expect(home).not.toBe(expected(shared));
  expect(statSync(home).mode & 0o777).toBe(0o700);
});

it.skipIf(account !== 0)('A folder that another account made is not used as a home.', () => {
  const shared = tempFolder();
  mkdirSync(expected(shared), { mode: 0o700 });
  chownSync(expected(shared), 1, 1);
  expect(temporaryHome(shared, account)).not.toBe(expected(shared));
});
