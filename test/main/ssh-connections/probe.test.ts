import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { probe } from '../../../src-main/ssh-connections/probe';
import { createLocalTransport } from '../../../src-main/transport/local';
import { tempFolder } from '../../support/temp-folder';

afterEach(() => void vi.unstubAllEnvs());

it('A host whose account has a home folder that does not exist is refused, and the folder is not made.', async () => {
  const home = join(tempFolder(), 'home');
  vi.stubEnv('HOME', home);
  await expect(probe(createLocalTransport())).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining(`The home folder ${home} of the account `),
    hint: 'Create it, or give the account another home folder.',
  });
  expect(existsSync(home)).toBe(false);
  vi.stubEnv('HOME', tempFolder());
  expect((await probe(createLocalTransport())).home).toBe(process.env['HOME']);
});
