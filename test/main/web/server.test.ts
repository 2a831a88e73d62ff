import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import { createApp } from '../../../src-main/app';
import { createRouter } from '../../../src-main/rpc/router';
import { startWebServer, type WebServer } from '../../../src-main/web/server';
import { ENGINE } from '../../support/build-host';
import { EventQueue } from '../../../src-main/window/event-queue';
import { listFolder } from '../../../src-main/window/list-folder';

const folder = mkdtempSync(join(tmpdir(), 'slipway-web-'));
const root = join(folder, 'renderer');
let server: WebServer;

beforeAll(async () => {
  mkdirSync(root);
  writeFileSync(join(root, 'index.html'), '<p>the window</p>');
  writeFileSync(join(folder, 'secret'), 'secret');
  const places = {
    resources: join(import.meta.dirname, '../../../resources'),
    state: join(folder, 'state'),
    documents: folder,
    engine: ENGINE,
  };
  const services = await createApp({ places });
  const defect = (): Promise<never> => Promise.reject(new TypeError('a defect with a secret path'));
  const router = createRouter({
    ...services,
    documents: { ...services.documents, recent: defect },
    app: {
      info: async () => ({ carrier: 'browser', version: '0', documentsFolder: folder }),
      events: async (_, { signal }) => new EventQueue().read(signal),
      setWindowState: async () => undefined,
      closeWindow: async () => undefined,
    },
    dialogs: { pick: async () => ({ available: false }), list: (input) => listFolder(input.folder) },
  });
  server = await startWebServer(root, router);
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A request that no browser would send. */
function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string; csp?: string }> {
  const { port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, headers: { host: `127.0.0.1:${port}`, ...headers } },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => (body += text));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            body,
            csp: String(answer.headers['content-security-policy'] ?? ''),
          }),
        );
      },
    );
    sent.on('error', reject).end();
  });
}

interface Door {
  readonly token?: string;
  readonly origin?: string;
  readonly host?: string;
  readonly path?: string;
}

/** Opens the WebSocket. Returns the status when it is refused. */
async function open({ token = server.token, origin = server.origin, host, path = '/rpc' }: Door = {}) {
  const socket = new WebSocket(server.origin.replace('http', 'ws') + path, ['rpc.v1', `token.${token}`], {
    origin,
    ...(host !== undefined && { headers: { host } }),
  });
  const refused = once(socket, 'unexpected-response').then(([, answer]: unknown[]) => {
    socket.on('error', () => undefined).terminate();
    return (answer as { statusCode: number }).statusCode;
  });
  return Promise.race([once(socket, 'open').then(() => socket), refused]);
}

/** The text that the console prints: an error with its stack. */
const inFull = (word: unknown): string => (word instanceof Error ? (word.stack ?? '') : String(word));

const client = (socket: WebSocket) =>
  createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })) as unknown as {
    app: { info(): Promise<{ version: string }> };
    documents: { open(input: unknown): Promise<unknown>; recent(): Promise<unknown> };
  };

describe('browser mode', () => {
  it('serves the window with a strict policy', async () => {
    const { status, body, csp } = await get('/');
    expect({ status, body }).toEqual({ status: 200, body: '<p>the window</p>' });
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("script-src 'self';");
    expect(csp).not.toContain('unsafe-eval');
  });

  it.each(['/../secret', '/..%2fsecret', '/%2e%2e/secret', '/..%5csecret', '/%00', '/%ff', '//secret', '/rpc'])(
    'serves nothing outside the window: %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('refuses a foreign Host', async () => {
    expect((await get('/', { host: 'evil.example' })).status).toBe(403);
    expect((await get('/', { host: 'localhost:1' })).status).toBe(403);
  });

  it.each<[string, Door]>([
    ['a wrong token', { token: 'x'.repeat(43) }],
    ['no token', { token: '' }],
    ['a foreign Origin', { origin: 'http://evil.example' }],
    ['a foreign Host', { host: 'evil.example' }],
    ['another path', { path: '/other' }],
  ])('refuses the calls to %s', async (_, door) => {
    expect(await open(door)).toBe(403);
  });

  it('answers calls with the token', async () => {
    const socket = (await open()) as WebSocket;
    expect(await client(socket).app.info()).toMatchObject({ version: '0' });
    socket.close();
  });

  it('checks arguments, passes sentences and hints on, and keeps its own defects to itself', async () => {
    const socket = (await open()) as WebSocket;
    const { documents } = client(socket);
    await expect(documents.open({ path: 7 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(documents.open({ path: '/no/such/file' })).rejects.toMatchObject({
      code: 'MISSING',
      message: '/no/such/file does not exist.',
      data: { hint: 'Choose another file.' },
    });
    await expect(documents.recent()).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Internal error. See the terminal for details.',
    });
    socket.close();
  });

  it.each<[string, string | Buffer]>([
    ['not JSON', '{ not json'],
    ['JSON, but no call', '[]'],
    ['a call without an address', '{"i":"1","p":{}}'],
    ['bytes', Buffer.from([0xff, 0x00])],
  ])('reports a message that is not a call in one line without a stack, and takes the next: %s', async (_, message) => {
    const output: string[] = [];
    const listening = vi
      .spyOn(console, 'error')
      .mockImplementation((...args) => void output.push(args.map(inFull).join(' ')));
    onTestFinished(() => listening.mockRestore());
    const socket = (await open()) as WebSocket;
    socket.send(message);
    expect(await client(socket).app.info()).toMatchObject({ version: '0' });
    socket.close();
    await expect.poll(() => output).toEqual([expect.stringMatching(/^A message that is not a call was ignored: .+$/)]);
  });

  it('continues after broken frames and broken requests', async () => {
    const socket = (await open()) as WebSocket;
    const closed = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.send('{ not json');
    socket.send(Buffer.from([0xff, 0x00]));
    const { _socket: raw } = socket as unknown as { _socket: { write(bytes: Buffer): void } };
    raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff])); // reserved bits: no WebSocket frame
    await closed;
    const { port } = new URL(server.origin);
    const junk = connect(Number(port), '127.0.0.1');
    junk.on('error', () => undefined).resume();
    junk.end('\0\0\0 nonsense\r\n\r\n');
    await once(junk, 'close');
    expect((await get('/')).status).toBe(200);
  });
});

describe('a program without the token', () => {
  it('holds no more than a few sockets, whatever it asks for, and the page still opens', async () => {
    const { port, host } = new URL(server.origin);
    const upgrade = `GET /rpc HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;
    const open = new Set<object>();
    const strangers = await Promise.all(
      Array.from({ length: 120 }, async (_, at) => {
        const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        open.add(socket);
        socket.on('close', () => open.delete(socket)).on('end', () => open.delete(socket));
        socket.resume();
        // Some request a forbidden path, some half of a file, and some nothing.
        if (at % 3 > 0) socket.write(at % 3 === 1 ? upgrade : 'GET / HT');
        return socket;
      }),
    );
    onTestFinished(() => strangers.forEach((socket) => socket.destroy()));
    await vi.waitFor(() => expect(open.size).toBeLessThan(60), 60_000);
    expect((await get('/')).status).toBe(200);
  });
});
