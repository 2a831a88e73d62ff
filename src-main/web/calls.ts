import type { RPCHandler } from '@orpc/server/websocket';
import type { WebSocket } from 'ws';

/** Serves the calls that come over a connection until it ends. What is no call is left out with a line on the terminal. */
export function serveCalls(handler: RPCHandler<Record<never, never>>, websocket: WebSocket): void {
  // The handler is typed for a browser's WebSocket; it uses `send` alone, which is the same here.
  const page = websocket as unknown as Parameters<typeof handler.message>[0];
  websocket.on('message', (data, isBinary) => {
    const message = isBinary ? (data as ArrayBuffer) : String(data);
    // Our window sends no such thing. No stack: it would look like a defect of ours.
    handler.message(page, message).catch((error: unknown) => {
      console.error(
        `A message that is no call was left out: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  });
  websocket.on('close', () => handler.close(page));
}
