// The bridge: the page may hand over one message port, and ask where a dropped file lies. Everything typed goes through the port.
import { contextBridge, ipcRenderer, webUtils } from 'electron';

window.addEventListener('message', ({ source, data, ports }) => {
  if (source === window && data === 'rpc:connect' && ports[0]) ipcRenderer.postMessage('rpc:connect', null, [ports[0]]);
});

contextBridge.exposeInMainWorld('host', {
  kind: 'electron',
  // Before Electron 29 a file said itself where it lies.
  pathForFile: (file: File): string =>
    (webUtils as typeof webUtils | undefined)?.getPathForFile(file) ?? (file as { path?: string }).path ?? '',
});
