import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listRemoteFolder } from '../../../../src-main/services/hosts/remote-folder';
import { listFolder } from '../../../../src-main/window/list-folder';
import { createLocalTransport } from '../../../../src-main/transport/local';

const local = createLocalTransport();
/** The folder that opens first on a host whose commands have these variables. */
async function firstFolder(env: Readonly<Record<string, string>>): Promise<string> {
  const run: typeof local.run = (argv, options) => local.run(argv, { ...options, env });
  return (await listRemoteFolder({ ...local, run }, '')).folder;
}

it('The first folder of a host is the home of the account that logged in, also where commands become root.', async () => {
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  const [name = '', , , , , home = ''] =
    accounts.map((line) => line.split(':')).find(([user, , , , , at]) => user !== 'root' && at && existsSync(at)) ?? [];
  expect(await firstFolder({ HOME: '/', SUDO_USER: name })).toBe(realpathSync(home));
  expect(await firstFolder({ HOME: '/', DOAS_USER: name })).toBe(realpathSync(home));
  for (const user of ['', 'no-such-account', '-x', '$(touch /tmp/pwned)'])
    expect(await firstFolder({ HOME: '/usr', SUDO_USER: user })).toBe('/usr');
});

it('Files have their sizes, and all entries the times of their last change.', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-list-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, '12 34 manifest.xml'), 'seven77');
  writeFileSync(join(folder, '-n'), '');
  mkdirSync(join(folder, 'images'));
  for (const name of ['12 34 manifest.xml', '-n', 'images']) utimesSync(join(folder, name), 1000, 1_700_000_000);
  const modified = 1_700_000_000_000;
  const expected = [
    { name: 'images', kind: 'folder', modified },
    { name: '12 34 manifest.xml', kind: 'manifest', size: 7, modified },
    { name: '-n', kind: 'file', size: 0, modified },
  ].map((entry) => ({ ...entry, path: join(folder, entry.name) }));
  expect((await listRemoteFolder(local, folder)).entries).toEqual(expected);
  expect((await listFolder(folder)).entries).toEqual(expected);
});
