import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCheckpointFiles } from '../../../../src-main/services/checkpoint-files';
import { AppError } from '../../../../src-shared/errors';
import { buildHost } from '../../../support/build-host';
import { TestProject } from '../../../support/engine';

const BYTES = Buffer.from(Array.from({ length: 256 }, (_, at) => at));

let project: TestProject;
let manifest: string;
const inside = createCheckpointFiles(buildHost());

beforeAll(async () => {
  project = new TestProject({
    steps: [
      {
        name: 'a',
        body: `cd "$2"; mkdir -p etc big; echo one >etc/one; echo 'grüße 🏠' >etc/text; ln -s /etc/passwd etc/link; cp "$OLDPWD/bytes" etc/bytes; : >-json; touch -d @1000000000 etc/one`,
      },
      {
        name: 'b',
        body: 'cd "$2"; echo two >etc/one; rm etc/text; echo new >etc/new; chmod 600 etc/bytes; mkdir empty',
      },
      {
        name: 'c',
        body: 'cd "$2"; truncate -s 200000000 big/zero; yes é | head -c 1500000 >big/text; mkdir "$(printf "odd\\377")"; echo odd >"$(printf "odd\\377/back\\\\slash\\nnext")"; printf "\\377\\376" >big/latin',
      },
      { name: 'd' },
    ],
  }).file('bytes', BYTES);
  manifest = join(project.folder, 'manifest.xml');
  expect((await project.build()).code).toBe(0);
}, 300_000);
afterAll(() => project.dispose());

const failure = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

describe('what changed between checkpoints', () => {
  it('is counted, and each change has both sizes', async () => {
    const found = await inside.changes({ path: manifest, from: 'b', to: 'c' }, {});
    expect(found).toMatchObject({ added: 2, changed: 3, removed: 1, total: 6 });
    expect(found.changes).toContainEqual({
      change: 'changed',
      path: 'pkg_image/etc/one',
      type: 'file',
      before: 4,
      after: 4,
      what: ['content'],
    });
    expect(found.changes.find(({ path }) => path === 'pkg_image/etc/text')).toMatchObject({
      change: 'removed',
      before: 13,
      after: null,
    });
    expect(found.changes.find(({ path }) => path === 'pkg_image/etc/bytes')?.what).toEqual(['mode']);
  });

  it('is compared with the present build data when no second checkpoint is named', async () => {
    const { changes } = await inside.changes({ path: manifest, from: 'd' }, {});
    expect(changes.map(({ path }) => path)).toEqual(['pkg_image/log']);
  });

  it('is refused with the message of the engine for a step without a checkpoint', async () => {
    expect((await failure(inside.changes({ path: manifest, from: 'nope' }, {}))).code).toBe('refused');
  });

  it('is not read any further when the window cancels', async () => {
    const closing = new AbortController();
    closing.abort();
    await expect(inside.changes({ path: manifest, from: 'a', to: 'd' }, { signal: closing.signal })).rejects.toThrow();
  });
});

describe('files of a checkpoint', () => {
  it('are listed with modes, sizes and times, and links are shown as links', async () => {
    const { entries } = await inside.list({ path: manifest, step: 'b', folder: 'pkg_image/etc' }, {});
    expect(entries.map(({ name, mode, size, target }) => [name, mode[0], size, target])).toEqual([
      ['bytes', '-', 256, null],
      ['link', 'l', 11, '/etc/passwd'],
      ['one', '-', 4, null],
      ['text', '-', 13, null],
    ]);
    expect(entries[2]?.modified).toBe(1_000_000_000);
    expect((await inside.list({ path: manifest, step: 'b', folder: '' }, {})).entries.map(({ name }) => name)).toEqual([
      'boot_archive',
      'pkg_image',
      'tmp',
    ]);
  });

  it('are shown as they were, as text or as bytes', async () => {
    const read = (step: string, file: string) => inside.read({ path: manifest, step, file }, {});
    expect(await read('b', 'pkg_image/etc/one')).toEqual({ kind: 'text', content: 'one\n', size: 4, isCut: false });
    expect(await read('c', 'pkg_image/etc/one')).toMatchObject({ content: 'two\n' });
    expect(await read('b', 'pkg_image/etc/text')).toMatchObject({ content: 'grüße 🏠\n' });
    const bytes = await read('b', 'pkg_image/etc/bytes');
    expect([bytes.kind, Buffer.from(bytes.content, 'base64').equals(BYTES)]).toEqual(['binary', true]);
    expect(await read('b', 'pkg_image/-json')).toMatchObject({ kind: 'text', content: '' });
    expect(await read('d', 'pkg_image/big/latin')).toMatchObject({ kind: 'binary', size: 2 });
  });

  it('are found by the listed names, also when these are not UTF-8 or have backslashes and line ends', async () => {
    const folder = 'pkg_image/odd\\xff';
    const names = async (at: string) =>
      (await inside.list({ path: manifest, step: 'd', folder: at }, {})).entries.map(({ name, bytes }) => [
        name,
        bytes,
      ]);
    expect(await names('pkg_image')).toContainEqual(['odd\\xff', Buffer.from('odd\xff', 'latin1').toString('base64')]);
    const [[file = ''] = []] = await names(folder);
    expect(file).toBe('back\\\\slash\\x0anext');
    const path = `${folder}/${file}`;
    expect(await inside.read({ path: manifest, step: 'd', file: path }, {})).toMatchObject({ content: 'odd\n' });
    const to = join(project.folder, 'odd');
    expect(await inside.copyOut({ path: manifest, step: 'd', file: path, to }, {})).toEqual({ path: to });
    const { changes } = await inside.changes({ path: manifest, from: 'c', to: 'd' }, {});
    expect(changes.map((change) => change.path)).toEqual(expect.arrayContaining([folder, path]));
  });

  it('are read up to their first MiB, and text that is cut within a character is recognised', async () => {
    const zero = await inside.read({ path: manifest, step: 'd', file: 'pkg_image/big/zero' }, {});
    expect(zero).toMatchObject({ kind: 'binary', size: 200_000_000, isCut: true });
    expect(Buffer.from(zero.content, 'base64').length).toBe(1024 * 1024);
    const text = await inside.read({ path: manifest, step: 'd', file: 'pkg_image/big/text' }, {});
    // 1 MiB ends within a line.
    expect([text.kind, text.isCut, text.content === 'é\n'.repeat(349_525)]).toEqual(['text', true, true]);
  });

  it.each(['pkg_image/etc', 'pkg_image/etc/link', 'pkg_image/none', '../../../etc/passwd', ''])(
    'are not read at %j',
    async (file) => {
      expect((await failure(inside.read({ path: manifest, step: 'b', file }, {}))).code).toBe('missing');
    },
  );
});

describe('copying out', () => {
  const to = (name: string) => join(project.folder, name);
  const copy = (name: string, file: string) => inside.copyOut({ path: manifest, step: 'b', file, to: to(name) }, {});

  it('writes every byte', async () => {
    expect(await copy('out', 'pkg_image/etc/bytes')).toEqual({ path: to('out') });
    expect(readFileSync(to('out')).equals(BYTES)).toBe(true);
  });

  it('never replaces what is there', async () => {
    writeFileSync(to('mine'), 'mine');
    const { code, hint } = await failure(copy('mine', 'pkg_image/etc/bytes'));
    expect([code, hint]).toEqual(['refused', 'Choose another name, or remove it first.']);
    expect(readFileSync(to('mine'), 'utf8')).toBe('mine');
  });

  it('leaves nothing behind when it fails', async () => {
    expect((await failure(copy('gone', 'pkg_image/none'))).code).toBe('missing');
    expect((await failure(copy('no-folder/gone', 'pkg_image/etc/bytes'))).code).toBe('missing');
    const closing = new AbortController();
    const copying = inside.copyOut(
      { path: manifest, step: 'd', file: 'pkg_image/big/zero', to: to('zero') },
      { signal: closing.signal },
    );
    await expect
      .poll(() => readdirSync(project.folder).some((name) => name.endsWith('.part')), { interval: 5 })
      .toBe(true);
    closing.abort();
    await failure(copying);
    expect(readdirSync(project.folder).filter((name) => /zero|gone|part/.test(name))).toEqual([]);
  });
});

describe('the manifest at a checkpoint', () => {
  const sourceAt = async (step: string) => (await inside.manifest({ path: manifest, step }, {})).source;

  it('is the text of that time, whatever the file has now', async () => {
    const then = readFileSync(manifest, 'utf8');
    project.edit((text) => text.replace('Step d', 'Another d'));
    expect(await sourceAt('b')).toBe(then);
  });

  it('is missing when there is no copy', async () => {
    expect(await sourceAt('nope')).toBeUndefined();
  });

  it('is read from the area that the manifest names now', async () => {
    const before = readFileSync(manifest, 'utf8');
    project.edit((text) => text.replace('/area<', '/elsewhere<'));
    expect(await sourceAt('b')).toBeUndefined();
    writeFileSync(manifest, before);
    expect(await sourceAt('b')).toBeDefined();
  });
});
