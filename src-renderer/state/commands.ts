import { openAnotherWindow } from '../connect';
import { SECTION_COMMANDS } from '../../src-shared/commands';
import type { Command } from './command';
import { hostCommands } from './host-commands';
import { lineCommands } from './line-commands';
import { menuCommands } from './menu-commands';
import type { Workspace } from './workspace.svelte';

/** All commands in their current state. The native menu names them by id. */
export function commandsOf(workspace: Workspace): Command[] {
  return [
    ...menuCommands(workspace),
    ...documentCommands(workspace),
    ...hostCommands(workspace),
    ...lineCommands(workspace),
  ];
}

/** Commands that are not in the menu: those of the open document, and the sections. */
function documentCommands({ navigation, session }: Workspace): Command[] {
  const { document } = session;
  const isOpen = document !== undefined;
  return [
    {
      id: 'new-window',
      title: 'New window',
      // The desktop app has one window.
      isEnabled: !window.host,
      run: () => openAnotherWindow(undefined),
    },
    {
      id: 'add-step',
      title: 'Add step…',
      isEnabled: document?.isEditable ?? false,
      run: () => {
        navigation.goTo('steps');
        navigation.dialog = { kind: 'add-step' };
      },
    },
    {
      id: 'paste-packages',
      title: 'Paste a list of packages…',
      isEnabled: document?.isEditable ?? false,
      run: () => {
        navigation.goTo('packages');
        navigation.dialog = { kind: 'paste-packages', list: 'install' };
      },
    },
    ...SECTION_COMMANDS.map(({ section, title, ...command }) => ({
      ...command,
      title: `Go to ${title}`,
      isEnabled: isOpen,
      run: () => navigation.jumpTo(section),
    })),
    {
      id: 'compose',
      title: 'Compose the manifest',
      isEnabled: isOpen,
      run: () => (navigation.view = 'compose'),
    },
  ];
}

/** Runs the command of a key. Returns whether there was one. */
export function runKey(event: KeyboardEvent, workspace: Workspace): boolean {
  const isFunctionKey = /^F\d+$/.test(event.key);
  if (!isFunctionKey && !event.ctrlKey && !event.metaKey) return false;
  const pressed = [
    ...(isFunctionKey ? [] : ['Mod']),
    ...(event.shiftKey ? ['Shift'] : []),
    event.key.toUpperCase(),
  ].join('+');
  const keys = pressed === 'Mod+Y' ? 'Mod+Shift+Z' : pressed;
  const command = commandsOf(workspace).find((one) => one.keys?.toUpperCase() === keys.toUpperCase());
  if (!command?.isEnabled) return false;
  command.run();
  return true;
}
