import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { expect, it } from 'vitest';
import { listRemoteFolder } from '../../../../src-main/services/hosts/remote-folder';
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
