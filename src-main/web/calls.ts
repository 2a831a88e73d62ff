import type { RPCHandler } from '@orpc/server/websocket';
import type { WebSocket } from 'ws';
import { reasonOf } from '../../src-shared/errors';

/** Serves the calls of a connection until it ends. Other messages are ignored with a line on the terminal. */
export function serveCalls(handler: RPCHandler<Record<never, never>>, websocket: WebSocket): void {
  // The handler is typed for a browser's WebSocket; it uses `send` alone, which is the same here.
  const page = websocket as unknown as Parameters<typeof handler.message>[0];
  websocket.on('message', (data, isBinary) => {
    const message = isBinary ? (data as ArrayBuffer) : String(data);
    // The window never sends this. Without a stack trace, because it is not a defect of Slipway.
    handler.message(page, message).catch((error: unknown) => {
      console.error(`A message that is not a call was ignored: ${reasonOf(error)}`);
    });
  });
  websocket.on('close', () => handler.close(page));
}
