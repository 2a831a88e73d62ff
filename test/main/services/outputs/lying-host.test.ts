import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildHost } from '../../../../src-main/build-hosts/build-host';
import { createMedia } from '../../../../src-main/services/outputs';
import { buildHost } from '../../../support/build-host';

let to: string;
beforeEach(() => {
  to = join(mkdtempSync(join(tmpdir(), 'slipway-lying-')));
});
afterEach(() => rmSync(to, { recursive: true, force: true }));

/** A host that reports any media, with endless images. */
function lying(media: readonly { readonly name: string; readonly size: number }[]): BuildHost {
  const honest = buildHost();
  return {
    ...honest,
    media: async () => ({
      folder: '/x',
      media: media.map((one) => ({ ...one, path: '/dev/zero', modified: 1, bootable: null })),
    }),
    transport: { ...honest.transport, stream: (_, options) => honest.transport.stream(['cat', '/dev/zero'], options) },
  };
}

it('An image whose name leads elsewhere, or whose size is not a size, is not listed and not copied.', async () => {
  const names = ['../evil.iso', '/etc/evil', '..', '.', '', 'two\nlines', 'back\\slash'];
  const bad = [
    ...names.map((name) => ({ name, size: 5 })),
    ...[-5, 1e300, NaN, 1.5].map((size) => ({ name: 'x', size })),
  ];
  const media = createMedia(lying(bad));
  expect((await media.list({ path: '/x' }, {})).media).toEqual([]);
  for (const name of [...names, 'x'])
    await expect(media.copyOut({ path: '/x', name, to }, {})).rejects.toMatchObject({ code: 'missing' });
});

it('An image that does not end after its announced size is not copied further, and leaves nothing.', async () => {
  const media = createMedia(lying([{ name: 'small.iso', size: 1024 }]));
  await expect(media.copyOut({ path: '/x', name: 'small.iso', to }, {})).rejects.toMatchObject({ code: 'conflict' });
  expect(readdirSync(to)).toEqual([]);
});
