import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { Main } from './rpc';

declare global {
  interface Window {
    /** Set by the preload script; missing in browser mode. */
    host?: { readonly kind: 'electron'; pathForFile?(file: File): string };
  }
}

/** Another program, or an earlier start of Slipway, made the address: the page never had a connection. */
const NOT_ADMITTED = 'Not connected. Open the address that Slipway printed when it started. Each start has a new one.';
const DISCONNECTED = 'Disconnected. Start Slipway again, and open the address that it prints.';

/**
 * Connects to the main process: over Electron's message port or over a WebSocket. `onClose` is called with the reason when the WebSocket is
 * closed.
 */
export function connectToMain(onClose: (reason: string) => void): Main {
  return createORPCClient(window.host ? electronLink() : browserLink(onClose));
}

function electronLink(): PortLink<Record<never, never>> {
  const { port1, port2 } = new MessageChannel();
  window.postMessage('rpc:connect', location.origin === 'null' ? '*' : location.origin, [port2]);
  port1.start();
  return new PortLink({ port: port1 });
}

/** The token comes in the fragment, which is not sent to servers, and goes as a subprotocol, which is not logged. */
function browserLink(onClose: (reason: string) => void): SocketLink<Record<never, never>> {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  const token = given ?? sessionStorage.getItem('token') ?? '';
  sessionStorage.setItem('token', token);
  if (given !== null) history.replaceState(null, '', location.pathname + location.search);
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`, ['rpc.v1', `token.${token}`]);
  let reason = NOT_ADMITTED;
  socket.addEventListener('open', () => (reason = DISCONNECTED));
  socket.addEventListener('close', () => onClose(reason));
  const explain = async ({ next }: { next(): Promise<unknown> }): Promise<unknown> => {
    try {
      return await next();
    } catch (error) {
      // The library reports the state of the socket.
      throw socket.readyState > WebSocket.OPEN ? new Error(reason, { cause: error }) : error;
    }
  };
  return new SocketLink({ websocket: socket, interceptors: [explain] });
}

/** The name of the document in the address of browser mode. */
const DOCUMENT = 'manifest';

/** The document that the address of browser mode names, so that a reloaded or bookmarked page shows it again. */
export function addressedDocument(): string | undefined {
  return window.host ? undefined : (new URLSearchParams(location.search).get(DOCUMENT) ?? undefined);
}

/** Puts the open document into the address of browser mode; `undefined`: none. */
export function addressDocument(path: string | undefined): void {
  if (window.host) return;
  const search = path === undefined ? '' : `?${new URLSearchParams({ [DOCUMENT]: path }).toString()}`;
  if (search !== location.search) history.replaceState(null, '', `${location.pathname}${search}`);
}

/** Opens another window of browser mode, with a document or without one. */
export function openAnotherWindow(path: string | undefined): void {
  const search = path === undefined ? '' : `?${new URLSearchParams({ [DOCUMENT]: path }).toString()}`;
  const token = sessionStorage.getItem('token') ?? '';
  window.open(`${location.pathname}${search}#token=${token}`, '_blank', 'noopener');
}
