import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import { SECTIONS } from '../../src-shared/document/sections';
import type { Workspace } from './workspace.svelte';

/** Something a person can do, from the palette, a menu or a key. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** As shown; `Mod` is Ctrl, or Command on macOS. */
  readonly keys?: string;
  readonly isEnabled: boolean;
  run(): void;
}

/** All commands as they are now. Menu items of the main process name them by id. */
export function commandsOf(workspace: Workspace): Command[] {
  const { document } = workspace;
  const has = document !== undefined;
  return [
    {
      id: 'new',
      title: 'New from template…',
      keys: 'Mod+N',
      isEnabled: true,
      run: () => (workspace.dialog = { kind: 'new' }),
    },
    { id: 'open', title: 'Open manifest…', keys: 'Mod+O', isEnabled: true, run: () => void openManifest(workspace) },
    { id: 'save', title: 'Save', keys: 'Mod+S', isEnabled: has, run: () => void workspace.save() },
    { id: 'save-as', title: 'Save as…', keys: 'Mod+Shift+S', isEnabled: has, run: () => void saveAs(workspace) },
    {
      id: 'export',
      title: 'Export for the command line…',
      keys: 'Mod+E',
      isEnabled: has,
      run: () => (workspace.dialog = { kind: 'export' }),
    },
    {
      id: 'undo',
      title: document?.undoLabel === undefined ? 'Undo' : `Undo ${document.undoLabel}`,
      keys: 'Mod+Z',
      isEnabled: document?.undoLabel !== undefined,
      run: () => workspace.undo(),
    },
    {
      id: 'redo',
      title: document?.redoLabel === undefined ? 'Redo' : `Redo ${document.redoLabel}`,
      keys: 'Mod+Shift+Z',
      isEnabled: document?.redoLabel !== undefined,
      run: () => workspace.redo(),
    },
    {
      id: 'add-step',
      title: 'Add step…',
      isEnabled: document?.isEditable ?? false,
      run: () => {
        workspace.view = 'compose';
        workspace.section = 'steps';
        workspace.dialog = { kind: 'add-step' };
      },
    },
    {
      id: 'paste-packages',
      title: 'Paste a list of packages…',
      isEnabled: document?.isEditable ?? false,
      run: () => {
        workspace.view = 'compose';
        workspace.section = 'packages';
        workspace.dialog = { kind: 'paste-packages', list: 'install' };
      },
    },
    {
      id: 'close',
      title: 'Close the manifest',
      isEnabled: has,
      run: () => workspace.guardUnsaved(() => workspace.close()),
    },
    ...SECTIONS.map(({ id, title }, at) => ({
      id: `section-${id}`,
      title: `Go to ${title}`,
      ...(at < 9 && { keys: `Mod+${at + 1}` }),
      isEnabled: has,
      run: () => {
        workspace.view = 'compose';
        workspace.section = id;
      },
    })),
    ...buildCommands(workspace),
    { id: 'manual', title: 'Manual', keys: 'F1', isEnabled: true, run: () => (workspace.view = 'manual') },
    {
      id: 'support',
      title: 'Save support bundle…',
      isEnabled: has,
      run: () => (workspace.dialog = { kind: 'support' }),
    },
    {
      id: 'palette',
      title: 'Show all commands',
      keys: 'Mod+K',
      isEnabled: true,
      run: () => (workspace.dialog = { kind: 'palette' }),
    },
  ];
}

function buildCommands(workspace: Workspace): Command[] {
  const { builds, canBuild } = workspace;
  const { suggested, selected, live } = builds;
  return [
    {
      id: 'compose',
      title: 'Compose the manifest',
      isEnabled: workspace.document !== undefined,
      run: () => (workspace.view = 'compose'),
    },
    {
      id: 'timeline',
      title: 'Show the timeline',
      keys: 'Mod+Shift+B',
      isEnabled: workspace.document !== undefined,
      run: () => (workspace.view = 'build'),
    },
    {
      id: 'build',
      title: suggested === null ? 'Build' : `Resume from ${suggested}`,
      keys: 'Mod+B',
      isEnabled: canBuild && !live,
      run: () => {
        workspace.view = 'build';
        void builds.start(suggested === null ? {} : { resume: suggested });
      },
    },
    {
      id: 'build-all',
      title: 'Build from the beginning',
      isEnabled: canBuild && !live,
      run: () => {
        workspace.view = 'build';
        void builds.start({});
      },
    },
    {
      id: 'resume-selected',
      title: `Resume from ${selected?.step ?? 'the selected checkpoint'}`,
      isEnabled: canBuild && !live && (selected?.resumable ?? false),
      run: () => void (selected && builds.start({ resume: selected.step })),
    },
    { id: 'stop', title: 'Stop the build', isEnabled: live !== undefined, run: () => void builds.cancel() },
    ...hostCommands(workspace),
    {
      id: 'prune',
      title: 'Prune checkpoints…',
      isEnabled: builds.canPrune,
      run: () => (workspace.dialog = { kind: 'prune' }),
    },
  ];
}

/** Hosts of the book can be used and changed also while another one, or no document, is open. */
function hostCommands(workspace: Workspace): Command[] {
  const { hosts } = workspace;
  const has = workspace.document !== undefined;
  return [
    {
      id: 'preflight',
      title: `Check ${hosts.current?.entry.name ?? 'the build host'} before building…`,
      isEnabled: has,
      run: () => (workspace.dialog = { kind: 'preflight' }),
    },
    {
      id: 'add-host',
      title: 'Add a build host…',
      isEnabled: true,
      run: () => (workspace.dialog = { kind: 'host' }),
    },
    ...hosts.list.map(({ entry: { id, name } }) => ({
      id: `host-${id}`,
      title: `Build on ${name}`,
      isEnabled: has && workspace.host !== id,
      run: () => void workspace.chooseHost(id),
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
          run: () => (workspace.dialog = { kind: 'host', id }),
        },
        {
          id: `browse-${id}`,
          title: `Open a manifest of ${name}…`,
          isEnabled: true,
          run: () => browseHost(workspace, id, name),
        },
      ]),
  ];
}

/** Runs the command whose key this is; returns whether there was one. */
export function runKey(event: KeyboardEvent, workspace: Workspace): boolean {
  const isFunctionKey = /^F\d+$/.test(event.key);
  if (!isFunctionKey && !event.ctrlKey && !event.metaKey) return false;
  const pressed = [
    ...(isFunctionKey ? [] : ['Mod']),
    ...(event.shiftKey ? ['Shift'] : []),
    event.key.toUpperCase(),
  ].join('+');
  const wanted = pressed === 'Mod+Y' ? 'Mod+Shift+Z' : pressed;
  const command = commandsOf(workspace).find(({ keys }) => keys?.toUpperCase() === wanted.toUpperCase());
  if (!command?.isEnabled) return false;
  command.run();
  return true;
}

/** Asks for a manifest and opens it. */
export async function openManifest(workspace: Workspace): Promise<void> {
  await choose(workspace, 'manifest', 'Open manifest', (path) =>
    workspace.guardUnsaved(() => void workspace.open(path)),
  );
}

/** Asks for a manifest that lies on a build host, and opens a copy of it. */
export function browseHost(workspace: Workspace, id: string, name: string): void {
  workspace.dialog = {
    kind: 'browse',
    want: 'manifest',
    title: `Open a manifest of ${name}`,
    from: { start: '', list: (folder) => workspace.main.hosts.list({ id, folder }) },
    done: (path) => workspace.guardUnsaved(() => void workspace.openFromHost(id, path)),
  };
}

async function saveAs(workspace: Workspace): Promise<void> {
  await choose(workspace, 'file', 'Save as', (path) => void workspace.saveAs(path));
}

/** Asks for a path with the system's dialog, or with our own where there is none. */
export async function choose(
  workspace: Workspace,
  want: 'manifest' | 'folder' | 'file',
  title: string,
  done: (path: string) => void,
): Promise<void> {
  const kind = want === 'manifest' ? 'open-manifest' : want === 'folder' ? 'folder' : 'save-file';
  await workspace.attempt(async () => {
    const picked = await workspace.main.dialogs.pick({ kind, title });
    if (!picked.available) workspace.dialog = { kind: 'browse', want, title, done };
    else if (picked.path !== undefined) done(picked.path);
  });
}
