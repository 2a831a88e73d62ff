// ManifestRead has two clients, one in Perl and one in TypeScript for hosts without perl. A step must get the same from
// both.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ManifestServer, type ManifestRead } from '../../../src-engine/run/manifest-server';
import { MANIFEST_READ_USAGE } from '../../../src-engine/manifest-read/usage';
import { decodeManifest } from '../../../src-shared/manifest/source';
import { applyDefaults } from '../../../src-shared/manifest/defaults';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { corpus, hasCorpus } from '../../support/engine';

const program = join(import.meta.dirname, '../../../out/engine/ManifestRead.cjs');
const folder = mkdtempSync(join(tmpdir(), 'slipway-manifest-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hasPerl = spawnSync('perl', ['-e', '0']).status === 0;
const CLIENTS = { perl: [program], node: [process.execPath, program] } as const;
type Client = keyof typeof CLIENTS;

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(client: Client, argv: readonly string[]): Promise<Answer> {
  const [command, ...rest] = CLIENTS[client];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...rest, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
    const streams: Buffer[][] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => streams[0]?.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => streams[1]?.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      const [stdout = '', stderr = ''] = streams.map((chunks) => Buffer.concat(chunks).toString('latin1'));
      resolve({ status, stdout, stderr });
    });
  });
}

/** The answer of both clients. Fails where they differ. */
async function both(argv: readonly string[]): Promise<Answer> {
  const [perl, node] = await Promise.all([run('perl', argv), run('node', argv)]);
  expect(perl).toEqual(node);
  return node;
}

/** A server that passes each client to `serve`. */
async function serving(serve: (socket: Socket) => void, use: (path: string) => Promise<void>): Promise<void> {
  const path = join(folder, 'socket');
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    await use(path);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers one request with the given pieces after the go-ahead, each in its own packet; `undefined` closes the connection. */
const replying =
  (...pieces: readonly (string | Buffer | undefined)[]) =>
  (socket: Socket): void => {
    socket.setNoDelay(true);
    let received = 0;
    socket.on('data', (chunk) => {
      const before = received;
      received += chunk.length;
      if (before < 8 && received >= 8) socket.write(Buffer.of(1));
      if (before < 9 && received > 8) void sendAll(socket, pieces);
    });
  };

async function sendAll(socket: Socket, pieces: readonly (string | Buffer | undefined)[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise((resolve) => setImmediate(resolve));
    if (piece === undefined) socket.destroy();
    else socket.write(piece);
  }
}

describe.skipIf(!hasPerl)('both clients of ManifestRead (skipped where there is no perl)', () => {
  it.skipIf(!hasCorpus)(
    'print the same for every query of the recorded vectors (skipped without the corpus)',
    async () => {
      const vectors = JSON.parse(readFileSync(join(corpus, 'vectors/nodepath.json'), 'utf8')) as {
        readonly manifest: string;
        readonly query: string;
        readonly values?: readonly string[];
      }[];
      let compared = 0;
      for (const manifest of new Set(vectors.map((vector) => vector.manifest))) {
        const queries = vectors.filter((vector) => vector.manifest === manifest && vector.values !== undefined);
        const tree = applyDefaults(parseManifest(decodeManifest(readFileSync(join(corpus, 'manifests', manifest)))), {
          now: new Date(0),
        });
        // All served requests of both clients. For old layouts these are more than the vectors have.
        const served: string[] = [];
        const onRead = ({ request, values }: ManifestRead): void =>
          void served.push(...values.map((value) => `${request} ${value}\n`));
        const server = await ManifestServer.start(tree.root, onRead, () => undefined);
        try {
          const argv = [server.socketPath, ...queries.map(({ query }) => query)];
          const perl = await run('perl', argv);
          expect([perl.status, Buffer.from(perl.stdout, 'latin1').toString()]).toEqual([0, served.join('')]);
          expect(await run('node', argv)).toEqual(perl);
          compared += queries.length;
        } finally {
          server.close();
        }
      }
      expect(compared).toBeGreaterThan(200);
    },
  );

  const body = 'one\0\x03\0drei\xdf\0\x02';
  it.each([
    ['in one piece', [`3,${body.length}`, Buffer.from(body, 'latin1')]],
    ['byte by byte', [...Buffer.from(`3,${body.length}${body}`, 'latin1')].map((byte) => Buffer.of(byte))],
    ['with the size in two pieces', ['3,1', `4${body}`]],
    ['with a value that begins with digits', ['2,', '1', '0', '12\0', '34567\0\x02']],
    ['with 3 MB', ['1,3000002', `${'x'.repeat(3_000_000)}\0\x02`]],
    ['with nothing', ['0,0']],
    ['with 0x02 in a value', ['1,5', 'a\x02b\0\x02']],
  ])('read a reply %s', async (_, pieces) => {
    await serving(replying(...pieces), async (path) => {
      const { status, stderr } = await both([path, 'a']);
      expect([status, stderr]).toEqual([0, '']);
      expect((await both(['-d', '-r', '-k', path, 'a'])).status).toBe(0);
    });
  });

  it('count bytes of a request and of its values, and print them unchanged', async () => {
    const requests: Buffer[] = [];
    const value = 'grüße \u{1f980} \\n';
    const serve = (socket: Socket): void => {
      replying(`1,${Buffer.byteLength(value) + 2}`, Buffer.from(`${value}\0\x02`))(socket);
      socket.on('data', (chunk) => requests.push(chunk as Buffer));
    };
    await serving(serve, async (path) => {
      expect(Buffer.from((await both(['-r', path, 'schlüssel'])).stdout, 'latin1').toString()).toBe(
        `schlüssel ${value}\n`,
      );
    });
    expect(Buffer.concat(requests).toString()).toContain('0 000010schlüssel');
  });

  it.each([
    ['before the go-ahead', (socket: Socket) => socket.destroy()],
    ['instead of a reply', replying(undefined)],
    ['in the middle of the header', replying('1,', undefined)],
    ['in the middle of the body', replying('1,6', 'ab', undefined)],
    ['after a body without its end mark', replying('1,3', 'ab\0', undefined)],
    ['after a body with too few values', replying('2,3', 'a\0\x02', undefined)],
    ['after text that is not of the protocol', replying('HTTP/1.1 400\r\n', undefined)],
    ['after a size of 30 digits', replying(`1,${'9'.repeat(30)}`, 'a\0\x02', undefined)],
  ])('end with an error and print no value when the server closes %s', async (_, serve) => {
    await serving(serve, async (path) => {
      for (const client of Object.keys(CLIENTS) as Client[]) {
        const { status, stdout, stderr } = await run(client, [path, 'a']);
        expect([client, status, stdout]).toEqual([client, expect.any(Number), '']);
        expect(status).not.toBe(0);
        expect(stderr).toMatch(/^Error connecting to listener socket .*\nError running Manifest Reader: [a-z].*\n$/);
      }
    });
  });

  it('report a socket that cannot be connected with the number of the system’s error', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await both([join(folder, 'missing'), 'a'])).toEqual({
      status: 2,
      stdout: '',
      stderr: `Error connecting to listener socket ${join(folder, 'missing')}\nError running Manifest Reader: no such file or directory\n`,
    });
    expect((await both([file, 'a'])).status).toBe(111); // ECONNREFUSED
    expect((await both([join(file, 'below')])).status).toBe(20); // ENOTDIR, also without a request
  });

  it('take their options as getopt does', async () => {
    const usage = { status: 22, stdout: '', stderr: MANIFEST_READ_USAGE };
    for (const argv of [[], ['-x'], ['-h', '-x'], ['-dx', 'a'], ['--help'], ['-d'], ['--']])
      expect(await both(argv)).toEqual(usage);
    const help = { status: 0, stdout: MANIFEST_READ_USAGE, stderr: '' };
    for (const argv of [['-h'], ['-?', 'a'], ['-dkh', 'a', 'b']]) expect(await both(argv)).toEqual(help);
    for (const argv of [['-'], ['--', '-h'], ['']])
      expect((await both(argv)).stderr).toContain('Error running Manifest Reader');
  });
});

it('ManifestRead runs by its own name with perl and without, and names what is missing without both.', async () => {
  const only = (...names: string[]): string => {
    const path = mkdtempSync(join(folder, 'bin-'));
    for (const name of names) symlinkSync(name === 'node' ? process.execPath : `/bin/${name}`, join(path, name));
    return path;
  };
  const serve = replying('1,3', 'v\0\x02');
  const call = (PATH: string, path: string): Promise<Answer> =>
    new Promise((resolve) => {
      const child = spawn(program, [path, 'a'], {
        env: { PATH, PERL5OPT: '-MNoSuchModule', PERL_UNICODE: 'SDA', LC_ALL: 'xx_XX' },
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk) => (stdout += chunk));
      child.stderr.on('data', (chunk) => (stderr += chunk));
      child.on('close', (status) => resolve({ status, stdout, stderr }));
    });
  await serving(serve, async (path) => {
    const value = { status: 0, stdout: 'v\n', stderr: '' };
    if (existsSync('/bin/perl')) expect(await call(only('perl'), path)).toEqual(value);
    expect(await call(only('node'), path)).toEqual(value);
    expect(await call(only(), path)).toEqual({
      status: 127,
      stdout: '',
      stderr: 'ManifestRead: neither perl nor node is on PATH\n',
    });
  });
});
