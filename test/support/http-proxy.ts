import { once } from 'node:events';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy for plain HTTP on loopback. Gone when the test ends. */
export class HttpProxy {
  /** The addresses that were asked for so far. */
  readonly requests: string[] = [];
  readonly #server: Server;

  /**
   * @param resolveTo the host and port of a server by the host that a client asks for; default: that host itself
   * @param login `USER:PASSWORD` that the proxy wants; default: none
   */
  private constructor(resolveTo: Readonly<Record<string, string>>, login: string | undefined) {
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    this.#server = createServer((request, response) => {
      if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
        response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end();
        return;
      }
      this.requests.push(request.url ?? '');
      const url = new URL(request.url ?? '');
      const at = new URL(url);
      at.host = resolveTo[url.host] ?? url.host;
      const asked = forward(at, { headers: { ...request.headers, host: url.host } }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      asked.on('error', () => response.headersSent || response.writeHead(502).end());
      asked.end();
    });
  }

  static async serve(resolveTo: Readonly<Record<string, string>> = {}, login?: string): Promise<HttpProxy> {
    const proxy = new HttpProxy(resolveTo, login);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    onTestFinished(() => {
      proxy.#server.closeAllConnections();
      proxy.#server.close();
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}
