import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import { openAnotherWindow } from '../connect';
import { COMMANDS, SECTION_COMMANDS } from '../../src-shared/commands';
import type { Workspace } from './workspace.svelte';

/** An action of the palette, a menu or a key. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** `Mod` is Ctrl, or Command on macOS. */
  readonly keys?: string;
  readonly isEnabled: boolean;
  run(): void;
}

/** All commands in their current state. The native menu names them by id. */
export function commandsOf(workspace: Workspace): Command[] {
  const { document } = workspace.session;
  const has = document !== undefined;
  return [
    {
      id: 'new',
      ...COMMANDS.new,
      isEnabled: true,
      run: () => (workspace.navigation.dialog = { kind: 'new' }),
    },
    { id: 'open', ...COMMANDS.open, isEnabled: true, run: () => void openManifest(workspace) },
    {
      id: 'recent',
      ...COMMANDS.recent,
      isEnabled: true,
      run: () => (workspace.navigation.dialog = { kind: 'palette', only: 'recent' }),
    },
    { id: 'save', ...COMMANDS.save, isEnabled: has, run: () => void workspace.session.save() },
    { id: 'save-as', ...COMMANDS['save-as'], isEnabled: has, run: () => void saveAs(workspace) },
    {
      id: 'export',
      ...COMMANDS.export,
      isEnabled: has,
      run: () => (workspace.navigation.dialog = { kind: 'export' }),
    },
    {
      id: 'new-window',
      title: 'New window',
      // The desktop app has one window.
      isEnabled: !window.host,
      run: () => openAnotherWindow(undefined),
    },
    {
      id: 'undo',
      ...COMMANDS.undo,
      title: document?.undoLabel === undefined ? 'Undo' : `Undo: ${lowerFirst(document.undoLabel)}`,
      isEnabled: document?.undoLabel !== undefined,
      run: () => workspace.session.undo(),
    },
    {
      id: 'redo',
      ...COMMANDS.redo,
      title: document?.redoLabel === undefined ? 'Redo' : `Redo: ${lowerFirst(document.redoLabel)}`,
      isEnabled: document?.redoLabel !== undefined,
      run: () => workspace.session.redo(),
    },
    {
      id: 'add-step',
      title: 'Add step…',
      isEnabled: document?.isEditable ?? false,
      run: () => {
        workspace.navigation.goTo('steps');
        workspace.navigation.dialog = { kind: 'add-step' };
      },
    },
    {
      id: 'paste-packages',
      title: 'Paste a list of packages…',
      isEnabled: document?.isEditable ?? false,
      run: () => {
        workspace.navigation.goTo('packages');
        workspace.navigation.dialog = { kind: 'paste-packages', list: 'install' };
      },
    },
    {
      id: 'close',
      ...COMMANDS.close,
      isEnabled: has,
      run: () => workspace.session.guardUnsaved(() => workspace.session.close()),
    },
    ...SECTION_COMMANDS.map(({ section, title, ...command }) => ({
      ...command,
      title: `Go to ${title}`,
      isEnabled: has,
      run: () => workspace.navigation.jumpTo(section),
    })),
    ...buildCommands(workspace),
    { id: 'manual', ...COMMANDS.manual, isEnabled: true, run: () => (workspace.navigation.view = 'manual') },
    {
      id: 'support',
      ...COMMANDS.support,
      isEnabled: has,
      run: () => (workspace.navigation.dialog = { kind: 'support' }),
    },
    {
      id: 'palette',
      ...COMMANDS.palette,
      isEnabled: true,
      run: () => (workspace.navigation.dialog = { kind: 'palette' }),
    },
  ];
}

function buildCommands(workspace: Workspace): Command[] {
  const { builds } = workspace;
  const { selected, live } = builds;
  const canStart = builds.startRefusal === undefined && !live;
  return [
    {
      id: 'compose',
      title: 'Compose the manifest',
      isEnabled: workspace.session.document !== undefined,
      run: () => (workspace.navigation.view = 'compose'),
    },
    {
      id: 'timeline',
      ...COMMANDS.timeline,
      isEnabled: workspace.session.document !== undefined,
      run: () => {
        workspace.navigation.view = 'build';
        workspace.navigation.focusRequests++;
      },
    },
    {
      id: 'build',
      ...COMMANDS.build,
      title: builds.mainTitle,
      isEnabled: canStart,
      run: () => void builds.start('recommended'),
    },
    {
      id: 'build-all',
      ...COMMANDS['build-all'],
      title: builds.titled(COMMANDS['build-all'].title),
      isEnabled: canStart,
      run: () => void builds.start({}),
    },
    {
      id: 'resume-selected',
      title: builds.titled(`Resume from ${selected?.step ?? 'the selected checkpoint'}`),
      isEnabled: canStart && selected !== undefined && builds.resumeRefusal(selected.step) === undefined,
      run: () => void (selected && builds.resume(selected.step)),
    },
    { id: 'stop', ...COMMANDS.stop, isEnabled: live !== undefined, run: () => void builds.cancel() },
    ...hostCommands(workspace),
    ...lineCommands(workspace),
    {
      id: 'prune',
      ...COMMANDS.prune,
      isEnabled: builds.pruneRefusal === undefined,
      run: () => (workspace.navigation.dialog = { kind: 'prune' }),
    },
  ];
}

/** A switch to each parked line, and what can be done with the selected line. */
function lineCommands({ builds, navigation }: Workspace): Command[] {
  const { lines } = builds;
  const line = lines.selected?.line ?? lines.active;
  const canChange = lines.refusal === undefined;
  return [
    ...lines.parked.map(({ id, name }) => ({
      id: `switch-${id}`,
      title: `Switch to line ${name}`,
      isEnabled: canChange,
      run: () => void lines.switchTo(id),
    })),
    ...(line
      ? [
          {
            id: 'rename-line',
            title: `Rename line ${line.name}…`,
            isEnabled: canChange,
            run: () => (navigation.dialog = { kind: 'line-text', line, what: 'name' }),
          },
          {
            id: 'describe-line',
            title: `Describe line ${line.name}…`,
            isEnabled: canChange,
            run: () => (navigation.dialog = { kind: 'line-text', line, what: 'description' }),
          },
          {
            id: 'pin-line',
            title: `${line.pinned ? 'Unpin' : 'Pin'} line ${line.name}`,
            isEnabled: canChange,
            run: () => void lines.change(line.id, { kind: 'pin', pinned: !line.pinned }),
          },
        ]
      : []),
    ...lines.parked.map((parked) => ({
      id: `remove-${parked.id}`,
      title: `Remove line ${parked.name}…`,
      isEnabled: canChange,
      run: () => (navigation.dialog = { kind: 'remove-line', line: parked }),
    })),
  ];
}

/** Saved hosts can be used and changed with any document open, or none. */
function hostCommands(workspace: Workspace): Command[] {
  const { hosts } = workspace;
  const name = hosts.isRemote ? (hosts.current?.entry.name ?? 'the build host') : 'this computer';
  const checkTitle = `Check ${name} before building…`;
  const has = workspace.session.document !== undefined;
  return [
    {
      id: 'preflight',
      title: checkTitle,
      isEnabled: has,
      run: () => (workspace.navigation.dialog = { kind: 'preflight' }),
    },
    {
      id: 'add-host',
      title: 'Add a build host…',
      isEnabled: true,
      run: () => (workspace.navigation.dialog = { kind: 'host' }),
    },
    ...hosts.list.map(({ entry: { id, name } }) => ({
      id: `host-${id}`,
      title: `Build on ${name}`,
      isEnabled: has && workspace.session.host !== id,
      run: () => void workspace.session.chooseHost(id),
    })),
    ...hosts.list
      .filter(({ entry }) => entry.id !== THIS_COMPUTER)
      .flatMap(({ entry: { id, name }, link }) => [
        link.state === 'ready'
          ? {
              id: `disconnect-${id}`,
              title: `Disconnect from ${name}`,
              isEnabled: true,
              run: () => void hosts.disconnect(id),
            }
          : { id: `connect-${id}`, title: `Connect to ${name}`, isEnabled: true, run: () => void hosts.connect(id) },
        {
          id: `edit-${id}`,
          title: `Edit ${name}…`,
          isEnabled: true,
          run: () => (workspace.navigation.dialog = { kind: 'host', id }),
        },
        {
          id: `browse-${id}`,
          title: `Open a manifest on ${name}…`,
          isEnabled: true,
          run: () => browseHost(workspace, id, name),
        },
      ]),
  ];
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

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

/** Opens a manifest that the user chooses. */
export async function openManifest(workspace: Workspace): Promise<void> {
  await choose(workspace, 'manifest', 'Open manifest', (path) =>
    workspace.session.guardUnsaved(() => void workspace.session.open(path)),
  );
}

/** Opens a copy of a manifest that the user chooses on a build host. */
export function browseHost(workspace: Workspace, id: string, name: string): void {
  workspace.navigation.dialog = {
    kind: 'browse',
    want: 'manifest',
    title: `Open a manifest on ${name}`,
    from: { start: '', list: (folder) => workspace.main.hosts.list({ id, folder }) },
    done: (path) => workspace.session.guardUnsaved(() => void workspace.session.openFromHost(id, path)),
  };
}

async function saveAs(workspace: Workspace): Promise<void> {
  await choose(workspace, 'file', 'Save as', (path) => void workspace.session.saveAs(path));
}

/** Asks the user for a path: with the system's dialog, or in browser mode with the window's own. */
export async function choose(
  workspace: Workspace,
  want: 'manifest' | 'folder' | 'file',
  title: string,
  done: (path: string) => void,
): Promise<void> {
  const kind = want === 'manifest' ? 'open-manifest' : want === 'folder' ? 'folder' : 'save-file';
  await workspace.notices.attempt(async () => {
    const picked = await workspace.main.dialogs.pick({ kind, title });
    if (!picked.available) workspace.navigation.dialog = { kind: 'browse', want, title, done };
    else if (picked.path !== undefined) done(picked.path);
  });
}
