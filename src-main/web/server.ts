import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/websocket';
import { WebSocketServer } from 'ws';
import type { Router } from '../rpc/router';
import { serveCalls } from './calls';
import { CONTENT_SECURITY_POLICY } from './csp';
import { readWindowFile } from './files';
import { inBackground } from '../async/guard';
import { portTrouble } from './port';

/** The largest message: a manifest of the largest size, and its envelope. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** Sockets without the token. A page needs six at most. */
const MAX_STRANGERS = 32;
const HEADERS_TIMEOUT_MS = 5000;

/** The server of browser mode. */
export interface WebServer {
  /** With the token in its fragment, which browsers do not send. */
  readonly url: string;
  readonly origin: string;
  readonly token: string;
  close(): Promise<void>;
}

/**
 * Serves the window to a browser of this computer: on loopback only, and calls only with the token. `Host` and `Origin` are
 * checked, so that no other page, and no host name that resolves to 127.0.0.1, can reach it.
 */
export async function startWebServer(root: string, router: Router, port = 0): Promise<WebServer> {
  const token = randomBytes(32).toString('base64url');
  let origin = '';
  const isOurHost = ({ headers }: IncomingMessage): boolean => `http://${headers.host ?? ''}` === origin;

  const http = createServer((request, response) => {
    inBackground(async () => {
      if (!isOurHost(request)) return response.writeHead(403).end();
      if (request.method !== 'GET' && request.method !== 'HEAD') return response.writeHead(405).end();
      const file = await readWindowFile(root, (request.url ?? '/').split(/[?#]/)[0] ?? '/');
      if (!file) return response.writeHead(404).end();
      response
        .writeHead(200, {
          'content-type': file.type,
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
          'cache-control': 'no-store',
        })
        .end(file.body);
      return undefined;
    });
  });

  http.headersTimeout = HEADERS_TIMEOUT_MS;
  http.keepAliveTimeout = HEADERS_TIMEOUT_MS;
  // Sockets that have not shown the token, the oldest first. Any program of this computer can open one.
  const strangers = new Set<Duplex>();
  http.on('connection', (socket) => {
    strangers.add(socket);
    socket.once('close', () => strangers.delete(socket));
    const [oldest] = strangers;
    if (strangers.size > MAX_STRANGERS) oldest?.destroy();
  });
  http.on('error', () => undefined); // too many open files: accepting goes on when some are closed

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: () => 'rpc.v1',
  });
  const handler = new RPCHandler(router);
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const isOurs =
      isOurHost(request) &&
      request.headers.origin === origin &&
      request.url === '/rpc' &&
      hasToken(request.headers['sec-websocket-protocol'], token);
    if (!isOurs) {
      // Node keeps no time limit on an upgraded socket: the other side could hold it for ever.
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n', () => socket.destroy());
      return;
    }
    strangers.delete(socket);
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      // A frame that is too large or broken ends this connection, not the server.
      websocket.on('error', () => websocket.terminate());
      serveCalls(handler, websocket);
    });
  });

  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(portTrouble(port, error)));
    http.listen(port, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url: `${origin}/#token=${token}`,
    origin,
    token,
    close: () =>
      new Promise((resolve) => {
        for (const client of sockets.clients) client.terminate();
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

function hasToken(protocols: string | undefined, token: string): boolean {
  const given = (protocols ?? '').split(/,\s*/).find((protocol) => protocol.startsWith('token.'));
  const [a, b] = [Buffer.from(given?.slice('token.'.length) ?? ''), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
