import { interpretManifest, type InterpretedManifest } from './interpret';
import type { Problem } from './problems';
import { findProblems } from './rules';
import type { RuleContext } from './rules/rule';

/** A manifest with its problems. */
export interface LoadedManifest extends InterpretedManifest {
  readonly problems: readonly Problem[];
}

/** The time that names a distribution without a name, and facts about the build host. */
export interface LoadOptions extends RuleContext {
  readonly now: Date;
}

/** Parses, defaults, reads and validates a manifest (contract 6.2). Throws only `ManifestSyntaxError`. */
export function loadManifest(source: string, options: LoadOptions): LoadedManifest {
  const manifest = interpretManifest(source, options);
  return { ...manifest, problems: findProblems(manifest, options) };
}
