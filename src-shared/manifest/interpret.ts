import { applyDefaults } from './defaults';
import { readManifest, type Manifest } from './model';
import { parseManifest } from './parse';
import type { ManifestTree } from './tree';

/** A manifest's text and what it means. */
export interface InterpretedManifest {
  readonly source: string;
  /** As written. */
  readonly tree: ManifestTree;
  /** With defaults: what validation and steps see. */
  readonly defaulted: ManifestTree;
  readonly manifest: Manifest;
}

/**
 * Parses a manifest, applies the defaults and reads the model, without validation (contract 6.2). Throws only `ManifestSyntaxError`.
 *
 * @param now names a distribution that has no name
 */
export function interpretManifest(source: string, { now }: { readonly now: Date }): InterpretedManifest {
  const tree = parseManifest(source);
  const defaulted = applyDefaults(tree, { now });
  return { source, tree, defaulted, manifest: readManifest(defaulted) };
}
