import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { thisComputer } from '../../../src-main/build-hosts/engine/this-computer';
import { tempFolder } from '../../support/temp-folder';

/** Fails with what it was started with. */
const PROGRAM = `
const { NODE_EXTRA_CA_CERTS: node, SLIPWAY_EXTRA_CA_CERTS: engine } = process.env;
process.stderr.write('started with ' + JSON.stringify({ options: process.execArgv, node, engine }));
process.exit(1);
`;

it.each([
  ['', { node: '', engine: '/nowhere.pem' }],
  ['--no-warnings', { node: '/nowhere.pem', engine: undefined }],
])(
  'Node starts the engine with one thread and reads no certificates for it, unless it has options: "%s".',
  async (options, expected) => {
    vi.stubEnv('NODE_EXTRA_CA_CERTS', '/nowhere.pem');
    vi.stubEnv('NODE_OPTIONS', options);
    vi.stubEnv('SLIPWAY_EXTRA_CA_CERTS', undefined);
    const folder = tempFolder();
    writeFileSync(join(folder, 'distro_const.cjs'), PROGRAM);
    const status = thisComputer(folder).status(join(folder, 'manifest.xml'));
    const message = await status.then(
      () => '',
      (error: unknown) => String(error),
    );
    const [, started = '{}'] = /started with (\{.*\})/.exec(message) ?? [];
    expect(JSON.parse(started), message).toEqual(
      JSON.parse(JSON.stringify({ options: ['--v8-pool-size=1'], ...expected })),
    );
  },
);
