import type { Component } from 'svelte';
import type { DialogOf, OpenDialog } from './state/open-dialog';
import DiscardLater from './screens/build/DiscardLater.svelte';
import LineText from './screens/build/LineText.svelte';
import PruneCheckpoints from './screens/build/PruneCheckpoints.svelte';
import RemoveLine from './screens/build/RemoveLine.svelte';
import EditHost from './screens/hosts/EditHost.svelte';
import Preflight from './screens/hosts/Preflight.svelte';
import ComparePackages from './screens/packages/ComparePackages.svelte';
import PastePackages from './screens/packages/PastePackages.svelte';
import AdoptArea from './dialogs/AdoptArea.svelte';
import AddStep from './screens/steps/AddStep.svelte';
import Browse from './dialogs/Browse.svelte';
import CommandPalette from './dialogs/CommandPalette.svelte';
import ExportDocument from './dialogs/ExportDocument.svelte';
import NewDocument from './dialogs/NewDocument.svelte';
import Question from './dialogs/Question.svelte';
import StaleCheckpoint from './dialogs/StaleCheckpoint.svelte';
import TrustScripts from './dialogs/TrustScripts.svelte';

type Kind = OpenDialog['kind'];

type DialogComponent<K extends Kind> = Component<{ dialog: DialogOf<K> }> | Component;

/** The component of each kind of dialog, in the bundle or loaded at its first use. */
export const dialogs: { readonly [K in Kind]: () => DialogComponent<K> | Promise<DialogComponent<K>> } = {
  new: () => NewDocument,
  browse: () => Browse,
  export: () => ExportDocument,
  palette: () => CommandPalette,
  'add-step': () => AddStep,
  'paste-packages': () => PastePackages,
  'package-sizes': async () => (await import('./screens/packages/PackageSizes.svelte')).default,
  'compare-packages': () => ComparePackages,
  unsaved: () => Question,
  recovery: () => Question,
  'changed-on-disk': () => Question,
  prune: () => PruneCheckpoints,
  'line-text': () => LineText,
  'remove-line': () => RemoveLine,
  'discard-later': () => DiscardLater,
  'stale-checkpoint': () => StaleCheckpoint,
  preflight: () => Preflight,
  'write-disk': async () => (await import('./screens/build/outputs/WriteDisk.svelte')).default,
  support: async () => (await import('./dialogs/SupportBundle.svelte')).default,
  'adopt-area': () => AdoptArea,
  trust: () => TrustScripts,
  host: () => EditHost,
};

/** Returns the component of an open dialog. */
export function componentOf({ kind }: OpenDialog): ReturnType<(typeof dialogs)[Kind]> {
  return dialogs[kind]();
}
