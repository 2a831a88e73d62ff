// The bridge: the page may send one message port, and ask for the path of a dropped file. All typed calls go through the port.
import { contextBridge, ipcRenderer, webUtils } from 'electron';

window.addEventListener('message', ({ source, data, ports }) => {
  if (source === window && data === 'rpc:connect' && ports[0]) ipcRenderer.postMessage('rpc:connect', null, [ports[0]]);
});

contextBridge.exposeInMainWorld('host', {
  kind: 'electron',
  // Before Electron 29 a file had its path as a property.
  pathForFile: (file: File): string =>
    (webUtils as typeof webUtils | undefined)?.getPathForFile(file) ?? (file as { path?: string }).path ?? '',
});
