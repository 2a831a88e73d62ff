import type { AreaView, Line } from '../../src-shared/rpc/builds';
import type { Medium } from '../../src-shared/engine-answers/media';
import type { Target } from '../../src-shared/rpc/common';
import type { TrustQuestion } from '../../src-shared/rpc/trust';
import type { Lister } from './lister';

/** The open dialog with its arguments. `dialogs.ts` has a component for each kind. */
export type OpenDialog =
  | { readonly kind: 'new' }
  | { readonly kind: 'export' }
  /** The palette; with `only` the documents that were opened before. */
  | { readonly kind: 'palette'; readonly only?: 'recent' }
  | { readonly kind: 'add-step' }
  | { readonly kind: 'package-sizes' }
  | { readonly kind: 'compare-packages' }
  | { readonly kind: 'prune' }
  | { readonly kind: 'line-text'; readonly line: Line; readonly what: 'name' | 'description' }
  | { readonly kind: 'remove-line'; readonly line: Line }
  /** The build resumes from the checkpoint before `step` without keeping the present state. */
  | { readonly kind: 'discard-later'; readonly step: string }
  | { readonly kind: 'preflight' }
  /** Writes an image to a USB stick or memory card. */
  | { readonly kind: 'write-disk'; readonly target: Target & { readonly line?: string }; readonly medium: Medium }
  | { readonly kind: 'support' }
  | { readonly kind: 'changed-on-disk' }
  | {
      readonly kind: 'browse';
      readonly want: 'manifest' | 'folder' | 'file';
      readonly title: string;
      /** Where the files are; this computer when missing. */
      readonly from?: Lister;
      readonly done: (path: string) => void;
    }
  | { readonly kind: 'paste-packages'; readonly list: 'install' | 'remove' }
  | { readonly kind: 'unsaved'; readonly then: () => void }
  | {
      readonly kind: 'recovery';
      readonly source: string;
      readonly scripts: Readonly<Record<string, string>>;
      readonly savedAt: string;
    }
  /** A build would resume from the checkpoint before `step`. `right` is a step whose checkpoint is current; `null` is the beginning. */
  | {
      readonly kind: 'stale-checkpoint';
      /** Otherwise nothing is recorded of what the checkpoint was made from. */
      readonly isStale: boolean;
      readonly step: string;
      readonly reasons: readonly string[];
      readonly right: string | null;
      readonly pause: string | undefined;
      /** Whether the build keeps the present state as a line; decided at the start when missing. */
      readonly fork: boolean | undefined;
      /** Whether the user has agreed that the build deletes files of another program. */
      readonly foreignFiles: boolean;
    }
  /** A build would delete files of another program in its area. `then` continues after the user's consent. */
  | {
      readonly kind: 'adopt-area';
      readonly area: string;
      readonly foreign: NonNullable<AreaView['foreign']>;
      readonly hostName: string;
      readonly then: () => void;
    }
  /** Scripts of a folder that was not made here would run on `target`. `then` continues after the user's consent. */
  | {
      readonly kind: 'trust';
      readonly target: Target;
      readonly folder: string;
      readonly account: string;
      readonly hostName: string;
      readonly scripts: TrustQuestion['scripts'];
      readonly environment: TrustQuestion['environment'];
      readonly then: () => void;
    }
  /** A saved host, or a new one without `id`. */
  | { readonly kind: 'host'; readonly id?: string };

/** The arguments of one kind of dialog: the property `dialog` of its component. */
export type DialogOf<K extends OpenDialog['kind']> = Extract<OpenDialog, { readonly kind: K }>;
