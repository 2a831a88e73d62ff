import { fieldPlaces } from '../../src-shared/document/field-list';
import { SECTIONS } from '../../src-shared/document/sections';
import { commandsOf } from './commands';
import type { Workspace } from './workspace.svelte';

/** Something that the palette finds. */
export interface PaletteItem {
  /** Unique in the list. */
  readonly id: string;
  readonly title: string;
  /** What it is; missing for a command. */
  readonly kind?: string;
  readonly keys?: string | undefined;
  run(): void;
}

/** A manifest that was opened before. */
export interface RecentDocument {
  readonly path: string;
  readonly folder: string;
  readonly exists: boolean;
  /** The name of its distribution when it was opened. */
  readonly name?: string | undefined;
}

/** Everything that the palette finds: commands first, then places of the document, then other documents. */
export function paletteItems(workspace: Workspace, recent: readonly RecentDocument[]): readonly PaletteItem[] {
  return [
    ...commandsOf(workspace)
      .filter(({ id, isEnabled }) => isEnabled && id !== 'palette')
      .map(({ id, title, keys, run }) => ({ id, title, keys, run })),
    ...pauseItems(workspace),
    ...stepItems(workspace),
    ...fieldItems(workspace),
    ...packageItems(workspace),
    ...recentItems(workspace, recent),
  ];
}

/** The documents that were opened before, without the open one. */
export function recentItems(workspace: Workspace, recent: readonly RecentDocument[]): readonly PaletteItem[] {
  const { session } = workspace;
  return recent
    .filter(({ path, exists }) => exists && path !== session.document?.path)
    .map(({ path, folder, name = '' }) => ({
      id: `recent-${path}`,
      title: `${name === '' ? '' : `${name} – `}${folder.split('/').at(-1) ?? ''}/${path.split('/').at(-1) ?? ''}`,
      kind: folder,
      run: () => session.guardUnsaved(() => void session.open(path)),
    }));
}

function pauseItems({ builds }: Workspace): PaletteItem[] {
  return builds.columns
    .filter((column) => builds.pauseRefusal(column) === undefined)
    .map(({ step, index, isPause }) => ({
      id: `pause-${index}`,
      title: builds.pauseNext === step || isPause ? `Remove the pause before ${step}` : `Pause before ${step}`,
      run: () => void builds.togglePause(step),
    }));
}

function stepItems({ session, navigation, stepSelection }: Workspace): PaletteItem[] {
  return (session.document?.loaded?.manifest.steps ?? []).map(({ name, message }, at) => ({
    id: `step-${at}`,
    title: `${name}: ${message}`,
    kind: 'Step',
    run: () => {
      navigation.goTo('steps');
      stepSelection.select([at]);
    },
  }));
}

function fieldItems({ session, navigation }: Workspace): PaletteItem[] {
  const tree = session.document?.loaded?.tree;
  if (!tree) return [];
  return fieldPlaces(tree).map(({ path, attribute = '', label, section }) => ({
    id: `field-${path}@${attribute}`,
    title: label,
    kind: SECTIONS.find(({ id }) => id === section)?.title ?? 'Field',
    run: () => {
      navigation.goTo(section);
      navigation.field = `${path}@${attribute}`;
    },
  }));
}

function packageItems({ session, navigation, packages }: Workspace): PaletteItem[] {
  return (session.document?.loaded?.manifest.packages ?? []).map(({ name }, index) => ({
    id: `package-${index}`,
    title: name,
    kind: 'Package',
    run: () => {
      navigation.goTo('packages');
      packages.reveal = { list: 'install', index };
    },
  }));
}
