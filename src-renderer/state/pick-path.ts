import type { Workspace } from './workspace.svelte';

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

/** Saves the document under a name that the user chooses. */
export async function saveAs(workspace: Workspace): Promise<void> {
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
