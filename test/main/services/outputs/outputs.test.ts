import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootRefusal } from '../../../../src-engine/boot-test/firmware';
import { createMedia } from '../../../../src-main/services/outputs';
import { AppError } from '../../../../src-shared/errors';
import type { BootEvent } from '../../../../src-shared/engine-answers/media';
import { bootSector } from '../../../support/boot-sector';
import { buildHost } from '../../../support/build-host';
import { TestProject } from '../../../support/engine';
import { eventually } from '../../../support/eventually';

const LARGE = Buffer.alloc(3_000_001, 'slipway ');
const lacking = bootRefusal('bios')?.message;
const media = createMedia(buildHost());

let project: TestProject;
let path: string;
let folder: string;
beforeAll(() => {
  project = new TestProject({ steps: [{ name: 'iso' }] });
  path = join(project.folder, 'manifest.xml');
  folder = join(project.area, 'media');
});
afterAll(() => project.dispose());

const failure = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};
const copies = (name: string): string => {
  const to = join(project.folder, name);
  mkdirSync(to);
  return to;
};

describe('finished images', () => {
  it('do not exist before the first build', async () => {
    expect(await media.list({ path }, {})).toMatchObject({ folder, media: [] });
    mkdirSync(folder, { recursive: true });
    const files = { 'large.iso': LARGE, '--json': 'x', 'login.usb': bootSector('x login: ') };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  });

  it('are listed, with the reason where there is no boot test', async () => {
    const found = await media.list({ path }, {});
    expect(found.media.map(({ name, size, bootable }) => [name, size, bootable])).toEqual([
      ['--json', 1, null],
      ['large.iso', LARGE.length, null],
      ['login.usb', 1024 * 1024, 'disk'],
    ]);
    expect(found.noBootTest === undefined).toBe(lacking === undefined);
  });

  it('have checksums, whatever their names', async () => {
    expect(await media.checksum({ path, name: '--json' }, {})).toEqual({
      name: '--json',
      sha256: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
    });
    expect((await failure(media.checksum({ path, name: 'none' }, {}))).code).toBe('missing');
  });

  it('are copied out whole, and replace nothing', async () => {
    const to = copies('copies');
    const copy = () => media.copyOut({ path, name: 'large.iso', to }, {});
    expect(await copy()).toEqual({ path: join(to, 'large.iso') });
    expect(readFileSync(join(to, 'large.iso')).equals(LARGE)).toBe(true);
    const refused = await failure(copy());
    expect([refused.code, refused.hint]).toEqual(['refused', expect.any(String)]);
    expect((await failure(media.copyOut({ path, name: 'none', to }, {}))).code).toBe('missing');
    expect((await failure(media.copyOut({ path, name: 'large.iso', to: join(to, 'no') }, {}))).code).toBe('missing');
    expect(readdirSync(to)).toEqual(['large.iso']);
  });

  it('leave nothing behind when the copy is cancelled', async () => {
    const to = copies('given-up');
    const closing = new AbortController();
    closing.abort();
    await expect(media.copyOut({ path, name: 'large.iso', to }, { signal: closing.signal })).rejects.toThrow();
    expect(readdirSync(to)).toEqual([]);
  });
});

it('A refused boot test is an error with the message of the engine.', async () => {
  const boot = await media.bootTest({ path, name: 'large.iso', firmware: 'bios' }, {});
  const refused = await failure(boot.next());
  expect([refused.code, refused.message]).toEqual([
    'refused',
    expect.stringContaining('large.iso is not a bootable image'),
  ]);
});

describe.skipIf(lacking)(`boot tests${lacking ? ` (${lacking})` : ''}`, () => {
  it('report every event, the verdict last', async () => {
    const received: BootEvent[] = [];
    for await (const event of await media.bootTest({ path, name: 'login.usb', firmware: 'bios' }, {}))
      received.push(event);
    expect(received[0]?.kind).toBe('started');
    // In as many pieces as were received.
    expect(received.map((event) => (event.kind === 'console' ? event.text : '')).join('')).toBe('x login: ');
    expect(received.at(-1)).toMatchObject({ kind: 'verdict', verdict: 'booted' });
  });

  it.each(['aborts', 'stops listening'])('end the machine when the caller %s', async (how) => {
    writeFileSync(join(folder, 'silent.usb'), bootSector(''));
    const leaving = new AbortController();
    const boot = await media.bootTest({ path, name: 'silent.usb', firmware: 'bios' }, { signal: leaving.signal });
    expect((await boot.next()).value).toMatchObject({ kind: 'started' });
    await eventually(() => expect(machines()).toBe(1));
    if (how === 'aborts') leaving.abort();
    else await boot.return(undefined);
    await eventually(() => expect(machines()).toBe(0));
  });
});

/** The number of running machines with an image of this project. */
function machines(): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      const cmdline = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
      return cmdline.startsWith('qemu-system') && cmdline.includes(folder);
    } catch {
      return false; // it has ended meanwhile
    }
  }).length;
}
