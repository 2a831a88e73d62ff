import { Menu, type MenuItemConstructorOptions } from 'electron';
import { SECTIONS } from '../../src-shared/document/sections';
import type { EventQueue } from './event-queue';

/** Sets the native menu. Its commands are the window's: an item only names one. */
export function setMenu(
  events: EventQueue,
  recent: readonly { readonly path: string; readonly exists: boolean }[],
): void {
  // The window has the keys too, for editors that need some of them first: shown here, not taken.
  const item = (label: string, command: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => events.push({ kind: 'menu', command }),
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
  });
  const isMac = process.platform === 'darwin';
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ role: 'appMenu' as const }] : []),
      {
        label: '&File',
        submenu: [
          item('New from template…', 'new', 'CmdOrCtrl+N'),
          item('Open…', 'open', 'CmdOrCtrl+O'),
          {
            label: 'Open recent',
            enabled: recent.length > 0,
            submenu: recent
              .filter(({ exists }) => exists)
              .map(({ path }) => ({ label: path, click: () => events.push({ kind: 'open', path }) })),
          },
          { type: 'separator' },
          item('Save', 'save', 'CmdOrCtrl+S'),
          item('Save as…', 'save-as', 'CmdOrCtrl+Shift+S'),
          item('Export for the command line…', 'export', 'CmdOrCtrl+E'),
          { type: 'separator' },
          item('Close the manifest', 'close'),
          isMac ? { role: 'close' } : { role: 'quit' },
        ],
      },
      {
        label: '&Edit',
        submenu: [
          item('Undo', 'undo', 'CmdOrCtrl+Z'),
          item('Redo', 'redo', 'CmdOrCtrl+Shift+Z'),
          { type: 'separator' },
          { role: 'cut' },
          { role: 'copy' },
          { role: 'paste' },
          { role: 'selectAll' },
        ],
      },
      {
        label: '&Build',
        submenu: [
          item('Build', 'build', 'CmdOrCtrl+B'),
          item('Build from the beginning', 'build-all'),
          item('Resume from the selected checkpoint', 'resume-selected'),
          item('Stop the build', 'stop'),
          { type: 'separator' },
          item('Show the timeline', 'timeline', 'CmdOrCtrl+Shift+B'),
          item('Prune checkpoints…', 'prune'),
        ],
      },
      {
        label: '&View',
        submenu: [
          ...SECTIONS.map(({ id, title }, at) =>
            item(title, `section-${id}`, at < 9 ? `CmdOrCtrl+${at + 1}` : undefined),
          ),
          { type: 'separator' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
        ],
      },
      {
        role: 'help',
        submenu: [
          item('Manual', 'manual', 'F1'),
          item('All commands', 'palette', 'CmdOrCtrl+K'),
          { type: 'separator' },
          item('Save support bundle…', 'support'),
          { role: 'about' },
        ],
      },
    ]),
  );
}
