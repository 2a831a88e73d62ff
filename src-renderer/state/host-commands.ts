import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import type { Command } from './command';
import { browseHost } from './pick-path';
import type { Workspace } from './workspace.svelte';

/** Saved hosts can be used and changed with any document open, or none. */
export function hostCommands(workspace: Workspace): Command[] {
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
