import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLocalTransport } from '../../../src-main/transport/local';
import { startDetached } from '../../../src-main/transport/ssh/detached';
import { AppError } from '../../../src-shared/errors';
import { fullFileSystem, lacksMounts } from '../../support/full-file-system';
import { eventually } from '../../support/eventually';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-detached-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('What a command leaves for a caller whose connection was lost is removed after a time.', async () => {
  const transport = createLocalTransport();
  const lost = (): Promise<never> => Promise.reject(new AppError('unreachable', 'The connection was lost.'));
  const { ended } = await startDetached(
    {
      name: 'host',
      files: { size: lost, read: lost } as never,
      run: (argv, options) => transport.run(argv, { ...options, env: { TMPDIR: folder } }),
      keepSeconds: 0,
    },
    ['sh', '-c', 'while [ ! -e "$1" ]; do sleep 0.05; done', 'sh', join(folder, 'go')],
  );
  await expect(ended).rejects.toMatchObject({ code: 'unreachable' });
  const [left = ''] = readdirSync(folder);
  expect(left).toMatch(/^slipway-start-/);
  writeFileSync(join(folder, 'go'), '');
  await eventually(() => expect(existsSync(join(folder, left))).toBe(false));
});

it.skipIf(lacksMounts !== undefined)(
  'Where the disk is full, a command is refused with the reason, and does not run (skipped without root).',
  async () => {
    const transport = createLocalTransport();
    const full = fullFileSystem();
    const refused = startDetached(
      {
        name: 'host',
        files: {} as never,
        run: (argv, options) => transport.run(argv, { ...options, env: { TMPDIR: full } }),
      },
      ['touch', join(folder, 'ran')],
    );
    await expect(refused).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/^touch cannot be started on host: the disk with .*slipway-start-\w+ is full\.$/),
      hint: 'Free some space on the host, then start again.',
    });
    expect([readdirSync(folder), readdirSync(full)]).toEqual([[], ['filler']]);
  },
);
