import { Menu, type MenuItemConstructorOptions } from 'electron';
import { COMMANDS, SECTION_COMMANDS, type CommandId } from '../../src-shared/commands';
import { visibleName } from '../../src-shared/visible';
import type { EventQueue } from './event-queue';

/** Sets the native menu. The window runs the commands: an item only has the id of one. */
export function setMenu(
  events: EventQueue,
  recent: readonly { readonly path: string; readonly exists: boolean }[],
): void {
  // The keys are shown here and handled by the window, because its editors need some of them first.
  const itemOf = (id: string, title: string, keys?: string): MenuItemConstructorOptions => ({
    label: title,
    click: () => events.push({ kind: 'menu', command: id }),
    ...(keys !== undefined && { accelerator: keys.replace('Mod', 'CmdOrCtrl'), registerAccelerator: false }),
  });
  const item = (id: CommandId): MenuItemConstructorOptions => {
    const command: { readonly title: string; readonly keys?: string } = COMMANDS[id];
    return itemOf(id, command.title, command.keys);
  };
  const isMac = process.platform === 'darwin';
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ role: 'appMenu' as const }] : []),
      {
        label: '&File',
        submenu: [
          item('new'),
          item('open'),
          {
            label: 'Open recent',
            enabled: recent.length > 0,
            submenu: recent
              .filter(({ exists }) => exists)
              .map(({ path }) => ({
                label: visibleName(path).replaceAll('&', '&&'),
                click: () => events.push({ kind: 'open', path }),
              })),
          },
          { type: 'separator' },
          item('save'),
          item('save-as'),
          item('export'),
          { type: 'separator' },
          item('close'),
          isMac ? { role: 'close' } : { role: 'quit' },
        ],
      },
      {
        label: '&Edit',
        submenu: [
          item('undo'),
          item('redo'),
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
          item('build'),
          item('build-all'),
          item('resume-selected'),
          item('stop'),
          { type: 'separator' },
          item('timeline'),
          item('prune'),
        ],
      },
      {
        label: '&View',
        submenu: [
          ...SECTION_COMMANDS.map(({ id, title, keys }) => itemOf(id, title, keys)),
          { type: 'separator' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
        ],
      },
      {
        role: 'help',
        submenu: [item('manual'), item('palette'), { type: 'separator' }, item('support'), { role: 'about' }],
      },
    ]),
  );
}
