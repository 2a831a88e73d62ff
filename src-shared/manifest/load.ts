import { applyDefaults } from './defaults';
import { readManifest, type Manifest } from './model';
import { parseManifest } from './parse';
import type { Problem } from './problems';
import type { ManifestTree } from './tree';
import { validateManifest } from './validate';

/** A manifest with everything that is known of it. */
export interface LoadedManifest {
  readonly source: string;
  /** As written. */
  readonly tree: ManifestTree;
  /** With defaults: what validation and steps see. */
  readonly defaulted: ManifestTree;
  readonly manifest: Manifest;
  readonly problems: readonly Problem[];
}

/** How to look at what lies outside the text. */
export interface LoadOptions {
  readonly now: Date;
  /** Whether a script may be executed; without it scripts are not looked at. */
  readonly isExecutable?: (path: string) => boolean;
}

/** Parses, defaults, validates and reads a manifest (contract 6.2). Throws only `ManifestSyntaxError`. */
export function loadManifest(source: string, options: LoadOptions): LoadedManifest {
  const tree = parseManifest(source);
  const { tree: defaulted, problems } = applyDefaults(tree, options);
  return {
    source,
    tree,
    defaulted,
    manifest: readManifest(defaulted),
    problems: [...problems, ...validateManifest(defaulted, options)],
  };
}
