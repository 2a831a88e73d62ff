import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from '../src-shared/rpc-contract';

declare global {
  interface Window {
    /** What the preload gives; missing in browser mode. */
    host?: { readonly kind: 'electron'; pathForFile?(file: File): string };
  }
}

/** The main process, as the window sees it. */
export type Main = ContractRouterClient<typeof contract>;

/** What a failed call says to a person. */
export interface CallFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Connects to the main process by whichever carrier there is. `onClose` is told when a browser page has lost it. */
export function connectToMain(onClose: () => void): Main {
  return createORPCClient(window.host ? electronLink() : browserLink(onClose));
}

/** Reads what main said of a failure. */
export function failureOf(error: unknown): CallFailure {
  if (!(error instanceof Error)) return { code: 'INTERNAL', message: String(error) };
  const { code, data } = error as { code?: unknown; data?: unknown };
  const hint = typeof data === 'object' && data !== null && 'hint' in data ? data.hint : undefined;
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    message: error.message,
    ...(typeof hint === 'string' && { hint }),
  };
}

function electronLink(): PortLink<Record<never, never>> {
  const { port1, port2 } = new MessageChannel();
  window.postMessage('rpc:connect', location.origin === 'null' ? '*' : location.origin, [port2]);
  port1.start();
  return new PortLink({ port: port1 });
}

/** The token comes in the fragment, which no server sees, and goes as a subprotocol, which no log keeps. */
function browserLink(onClose: () => void): SocketLink<Record<never, never>> {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  const token = given ?? sessionStorage.getItem('token') ?? '';
  sessionStorage.setItem('token', token);
  if (given !== null) history.replaceState(null, '', location.pathname);
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`, ['rpc.v1', `token.${token}`]);
  socket.addEventListener('close', onClose);
  return new SocketLink({ websocket: socket });
}
