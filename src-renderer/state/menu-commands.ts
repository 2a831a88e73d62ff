import { COMMANDS, type CommandId } from '../../src-shared/commands';
import type { Command } from './command';
import { openManifest, saveAs } from './pick-path';
import type { Workspace } from './workspace.svelte';

/** What a command of `COMMANDS` does now. */
interface Action {
  /** Replaces the title that never changes. */
  readonly title?: string;
  /** Enabled when missing. */
  readonly isEnabled?: boolean;
  run(): void;
}

/** The commands of `COMMANDS`, in their order. */
export function menuCommands(workspace: Workspace): Command[] {
  const actions = actionsOf(workspace);
  return (Object.keys(COMMANDS) as CommandId[]).map((id) => ({ isEnabled: true, ...COMMANDS[id], ...actions[id], id }));
}

function actionsOf(workspace: Workspace): Readonly<Record<CommandId, Action>> {
  const { builds, navigation, session } = workspace;
  const { starts, selected, live } = builds;
  const { document } = session;
  const isOpen = document !== undefined;
  const canStart = starts.refusal === undefined && !live;
  return {
    new: { run: () => (navigation.dialog = { kind: 'new' }) },
    open: { run: () => void openManifest(workspace) },
    recent: { run: () => (navigation.dialog = { kind: 'palette', only: 'recent' }) },
    save: { isEnabled: isOpen, run: () => void session.save() },
    'save-as': { isEnabled: isOpen, run: () => void saveAs(workspace) },
    export: { isEnabled: isOpen, run: () => (navigation.dialog = { kind: 'export' }) },
    close: { isEnabled: isOpen, run: () => session.guardUnsaved(() => session.close()) },
    undo: {
      title: labelled('Undo', document?.undoLabel),
      isEnabled: document?.undoLabel !== undefined,
      run: () => session.undo(),
    },
    redo: {
      title: labelled('Redo', document?.redoLabel),
      isEnabled: document?.redoLabel !== undefined,
      run: () => session.redo(),
    },
    build: { title: builds.recommendation.title, isEnabled: canStart, run: () => void starts.start('recommended') },
    'build-all': {
      title: builds.titled(COMMANDS['build-all'].title),
      isEnabled: canStart,
      run: () => void starts.start({}),
    },
    'resume-selected': {
      title: builds.titled(`Resume from ${selected?.step ?? 'the selected checkpoint'}`),
      isEnabled: canStart && selected !== undefined && starts.resumeRefusal(selected.step) === undefined,
      run: () => void (selected && starts.resume(selected.step)),
    },
    stop: { isEnabled: live !== undefined, run: () => void builds.cancel() },
    timeline: {
      isEnabled: isOpen,
      run: () => {
        navigation.view = 'build';
        navigation.focusRequests++;
      },
    },
    prune: { isEnabled: builds.pruneRefusal === undefined, run: () => (navigation.dialog = { kind: 'prune' }) },
    manual: { run: () => (navigation.view = 'manual') },
    palette: { run: () => (navigation.dialog = { kind: 'palette' }) },
    support: { isEnabled: isOpen, run: () => (navigation.dialog = { kind: 'support' }) },
  };
}

/** `Undo: change host name`. */
const labelled = (title: string, label: string | undefined): string =>
  label === undefined ? title : `${title}: ${label.slice(0, 1).toLowerCase()}${label.slice(1)}`;
