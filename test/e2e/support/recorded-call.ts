import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from '../../../src-shared/rpc-contract';

/** The message that the window's client sends on its port to request main's version, for pages without a client. */
export async function recordedCall(): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  const client: ContractRouterClient<typeof contract> = createORPCClient(new RPCLink({ port: port1 }));
  const received = once(port2, 'message');
  // Nothing answers here.
  void client.app.info().catch(() => undefined);
  const [message] = (await received) as [unknown];
  port1.close();
  return message;
}

/**
 * To be evaluated in a page: passes its own port to the preload, as the window does, makes the call, and returns the
 * answer, or `nothing` after the timeout.
 */
export function callOverNewPort(message: unknown, timeoutMs: number): string {
  return `new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(typeof data === 'string' ? data : JSON.stringify(data));
    window.postMessage('rpc:connect', '*', [port2]);
    port1.postMessage(${JSON.stringify(message)});
    setTimeout(() => resolve('nothing'), ${timeoutMs});
  })`;
}
