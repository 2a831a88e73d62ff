import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { catCommand, listFiles } from '../../../../src-main/build-hosts/original/list-files';
import { escapeName } from '../../../../src-shared/name-escapes';
import { createLocalTransport } from '../../../../src-main/transport/local';

const HARD = [
  '$(touch pwned)',
  'it\'s "quoted"',
  'two\nlines',
  'a -> b',
  '-rf',
  '`x`; y',
  Buffer.from('Größe €').toString('latin1'),
  ' blank ',
  'back\\slash \\0101 \\n',
  'bad\xff\xc3',
  'ends in a line end\n',
  '*',
  'total 5',
];
const transport = createLocalTransport();
let root: string;

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'slipway-stock-')), 'a root');
  mkdirSync(root);
});
afterEach(() => rmSync(join(root, '..'), { recursive: true }));

const names = async (path: string): Promise<string[]> =>
  (await listFiles(transport, root, path)).map(({ name }) => name);
async function read(path: string, limit = ''): Promise<string | number | null> {
  const { code, stdout } = await transport.run(catCommand(root, path, limit));
  return code === 0 ? stdout.toString('utf8') : code;
}

it('Names of any bytes are listed and read as escaped text.', async () => {
  const at = (path: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
  const folders = HARD.map((name) => `in ${name}`);
  for (const folder of ['.', ...folders]) {
    mkdirSync(at(folder), { recursive: true });
    for (const name of HARD) writeFileSync(at(`${folder}/${name}`), `content of ${escapeName(name)}`);
  }
  const shown = HARD.map(escapeName);
  expect((await names('/')).sort()).toEqual([...shown, ...folders.map(escapeName)].sort());
  for (const folder of folders.map(escapeName)) {
    expect((await names(`/${folder}`)).sort()).toEqual([...shown].sort());
    for (const name of shown) expect(await read(`/${folder}/${name}`)).toBe(`content of ${name}`);
  }
  for (const name of shown) expect(await names(`/${name}`)).toEqual([`/${name}`]);
  const entries = await listFiles(transport, root, '/');
  expect(entries.find(({ name }) => name === 'bad\\xff\\xc3')?.bytes).toBe(
    Buffer.from('bad\xff\xc3', 'latin1').toString('base64'),
  );
  expect(entries.find(({ name }) => name === '*')).not.toHaveProperty('bytes');
});

it('An entry has type, rights, owner, size, time and target.', async () => {
  writeFileSync(join(root, 'file'), 'four');
  execFileSync('touch', ['-d', '2026-01-02T03:04:05Z', join(root, 'file')]);
  chmodSync(join(root, 'file'), 0o4751);
  mkdirSync(join(root, 'folder'), { mode: 0o755 });
  chmodSync(join(root, 'folder'), 0o1777);
  symlinkSync('some where', join(root, 'link'));
  execFileSync('mkfifo', ['-m', '600', join(root, 'pipe')]);
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  expect((await listFiles(transport, root, '/')).sort((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
    {
      name: 'file',
      mode: '-4751',
      owner: `${uid}:${gid}`,
      size: 4,
      modified: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
      target: null,
    },
    { name: 'folder', mode: 'd1777' },
    { name: 'link', mode: 'l0777', target: 'some where' },
    { name: 'pipe', mode: 'p0600' },
  ]);
});

it('A listing never leaves the root.', async () => {
  const outside = join(root, '../outside');
  mkdirSync(outside);
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(outside, 'secret'), 'secret');
  writeFileSync(join(root, 'etc/own'), 'own');
  symlinkSync(outside, join(root, 'out'));
  symlinkSync(join(outside, 'secret'), join(root, 'file'));
  symlinkSync('etc', join(root, 'in'));
  mkdirSync(join(root, '../a root beside'));
  symlinkSync('../a root beside', join(root, 'beside'));
  for (const path of ['/out/secret', '/beside/x', '/../outside/secret', '/none', '/none/x', '/etc/own/x'])
    await expect(listFiles(transport, root, path)).rejects.toMatchObject({ code: 'missing' });
  for (const path of ['/out/secret', '/file', '/../outside/secret', '/etc', '/none']) expect(await read(path)).toBe(44);
  // A link at the end is listed itself. A link on the way is followed when it stays inside.
  expect(await listFiles(transport, root, '/out')).toMatchObject([{ name: '/out', target: outside }]);
  expect(await names('/in/own')).toEqual(['/in/own']);
  expect(await read('/in/own')).toBe('own');
  await expect(listFiles(transport, join(root, 'gone'), '/')).rejects.toMatchObject({ code: 'missing' });
});

it('No more is read than the caller asked for.', async () => {
  writeFileSync(join(root, 'file'), 'x'.repeat(3_000_000));
  writeFileSync(join(root, 'empty'), '');
  expect(`${await read('/file', '1048576')}`.length).toBe(1048576);
  expect(`${await read('/file')}`.length).toBe(3_000_000);
  expect(await read('/empty', '10')).toBe('');
});
