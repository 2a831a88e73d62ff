import { join } from 'node:path';
import { BrowserWindow, nativeTheme } from 'electron';
import { APP_URL } from './app-protocol';
import type { EventQueue } from './event-queue';
import { readWindowState, keepWindowState } from './window-state';

/** Main's side of the window. */
export interface MainWindow {
  show(): void;
  setState(state: { readonly title: string; readonly unsaved: boolean }): void;
  /** Closes without asking. */
  close(): void;
  readonly browserWindow: BrowserWindow;
}

/** Opens the window where it was last. Closing it asks the page first while that has unsaved work. */
export function createMainWindow(bundle: string, state: string, events: EventQueue): MainWindow {
  const { bounds, isMaximized } = readWindowState(state);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 900,
    minHeight: 600,
    title: 'Slipway',
    // Shown until the page has loaded.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0f1216' : '#ffffff',
    webPreferences: {
      preload: join(bundle, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    },
  });
  if (isMaximized) window.maximize();
  let isUnsaved = false;
  let mayClose = false;
  window.on('page-title-updated', (event) => event.preventDefault());
  window.on('close', (event) => {
    keepWindowState(state, window);
    if (!isUnsaved || mayClose) return;
    event.preventDefault();
    events.push({ kind: 'close-requested' });
  });
  // A crashed page cannot answer. Its work is in the recovery file.
  window.webContents.on('render-process-gone', () => {
    isUnsaved = false;
  });
  void window.loadURL(APP_URL);
  return {
    browserWindow: window,
    show() {
      if (window.isMinimized()) window.restore();
      window.focus();
    },
    setState({ title, unsaved }) {
      window.setTitle(title);
      window.setDocumentEdited(unsaved);
      isUnsaved = unsaved;
    },
    close() {
      mayClose = true;
      window.close();
    },
  };
}
