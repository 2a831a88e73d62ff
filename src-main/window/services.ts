import { dialog, type OpenDialogOptions } from 'electron';
import type { Places } from '../program/places';
import type { WindowServices } from '../rpc/services';
import { version } from '../program/version';
import type { EventQueue } from './event-queue';
import { listFolder } from './list-folder';
import type { MainWindow } from './main-window';

const XML = [
  { name: 'Manifests', extensions: ['xml'] },
  { name: 'All files', extensions: ['*'] },
];

/** Electron's services for the page: its window, its menus, the system's dialogs. */
export function createWindowServices(options: {
  readonly events: EventQueue;
  readonly places: Places;
  readonly startDocument: string | undefined;
  readonly window: () => MainWindow | undefined;
}): WindowServices {
  const { events, places, startDocument, window } = options;
  return {
    app: {
      info: async () => ({
        carrier: 'electron',
        version,
        documentsFolder: places.documents,
        ...(startDocument !== undefined && { startDocument }),
      }),
      events: async (_, { signal }) => events.read(signal),
      setWindowState: async (state) => window()?.setState(state),
      closeWindow: async () => window()?.close(),
    },
    dialogs: {
      pick: async ({ kind, title }) => {
        const browserWindow = window()?.browserWindow;
        if (!browserWindow) return { available: false };
        if (kind === 'save-file') {
          const { filePath, canceled } = await dialog.showSaveDialog(browserWindow, { title, filters: XML });
          return { available: true, ...(!canceled && filePath && { path: filePath }) };
        }
        const open: OpenDialogOptions =
          kind === 'folder'
            ? { title, properties: ['openDirectory', 'createDirectory'] }
            : { title, properties: ['openFile'], filters: XML };
        const { filePaths } = await dialog.showOpenDialog(browserWindow, open);
        return { available: true, ...(filePaths[0] !== undefined && { path: filePaths[0] }) };
      },
      list: ({ folder }) => listFolder(folder),
    },
  };
}
