import { RPCHandler } from '@orpc/server/message-port';
import { ipcMain } from 'electron';
import type { Router } from '../rpc/router';
import { APP_URL } from './app-protocol';

/** Serves calls over the port that the window's own page sends. Ports from other pages are closed. */
export function servePorts(router: Router): void {
  const handler = new RPCHandler(router);
  ipcMain.on('rpc:connect', (event) => {
    const [port] = event.ports;
    if (!port) return;
    const frame = event.senderFrame;
    if (!frame || frame.parent !== null || !frame.url.startsWith(APP_URL)) {
      port.close();
      return;
    }
    handler.upgrade(port);
    port.start();
  });
}
