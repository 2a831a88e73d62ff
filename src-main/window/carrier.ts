import { RPCHandler } from '@orpc/server/message-port';
import { ipcMain } from 'electron';
import type { Router } from '../rpc/router';
import { APP_URL } from './app-protocol';

/**
 * Serves calls over the port that the window's own page sends. Ports from other pages are closed. Calls that come before the router wait
 * for it.
 */
export function servePorts(router: Promise<Router>): void {
  const handler = router.then((one) => new RPCHandler(one));
  // The caller reports a start that fails.
  handler.catch(() => undefined);
  ipcMain.on('rpc:connect', (event) => {
    const [port] = event.ports;
    if (!port) return;
    const frame = event.senderFrame;
    if (!frame || frame.parent !== null || !frame.url.startsWith(APP_URL)) {
      port.close();
      return;
    }
    void handler.then(
      (one) => {
        one.upgrade(port);
        port.start();
      },
      () => port.close(),
    );
  });
}
