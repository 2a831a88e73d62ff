import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts an HTTP server for one test. Returns its address, without a trailing slash. */
export async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves files by their paths; other paths are 404. `headers` are sent with each answer. */
export async function serveFiles(
  files: Readonly<Record<string, string | Buffer>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  return serve(({ url = '' }, response) => {
    // A proxy gets a complete address.
    const file = files[url.replace(/^http:\/\/[^/]+/, '')];
    response.writeHead(file === undefined ? 404 : 200, headers).end(file ?? '');
  });
}

/** A Debian architecture as it appears in package lists. */
export const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/** The list of a release `test` with bash, nano and mawk, which also provides awk. */
export const PACKAGES = ['bash', 'nano', 'mawk']
  .map(
    (name) =>
      `Package: ${name}\nVersion: 1\nArchitecture: all\n${name === 'mawk' ? 'Provides: awk (= 1), other\n' : ''}\n`,
  )
  .join('');
