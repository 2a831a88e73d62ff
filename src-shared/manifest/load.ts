import { interpretManifest, type InterpretedManifest } from './interpret';
import type { Problem } from './problems';
import { findProblems } from './rules';
import type { RuleContext } from './rules/rule';

/** A manifest with everything that is known of it. */
export interface LoadedManifest extends InterpretedManifest {
  readonly problems: readonly Problem[];
}

/** The time that names a distribution without a name, and what is known of the build host. */
export interface LoadOptions extends RuleContext {
  readonly now: Date;
}

/** Parses, defaults, reads and validates a manifest (contract 6.2). Throws only `ManifestSyntaxError`. */
export function loadManifest(source: string, options: LoadOptions): LoadedManifest {
  const manifest = interpretManifest(source, options);
  return { ...manifest, problems: findProblems(manifest, options) };
}
