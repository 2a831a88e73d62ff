import type { InterpretedManifest } from '../interpret';
import type { Problem } from '../problems';

/** An entry of the package list that cannot be installed, as a package source reports it. */
export interface PackageFault {
  /** The entry, as the manifest has it. */
  readonly name: string;
  readonly kind: string;
  /** A sentence. */
  readonly message: string;
  /** Names to use instead, best first. */
  readonly instead: readonly string[];
}

/** A setting of a repository that neither queries nor builds follow. */
export interface RepositoryFault {
  /** The repository of the manifest, as the manifest has it. */
  readonly repository: string;
  /** A sentence. */
  readonly message: string;
  /** Missing: a warning. */
  readonly severity?: 'warning' | 'error' | undefined;
}

/** Facts that only the build host has. A rule without the facts that it needs finds nothing. */
export interface RuleContext {
  /** Whether a script can be executed on the host. */
  readonly isExecutable?: ((path: string) => boolean) | undefined;
  readonly packageFaults?: readonly PackageFault[] | undefined;
  readonly repositoryFaults?: readonly RepositoryFault[] | undefined;
}

/**
 * Finds one kind of problem. A rule finds elements in `defaulted`, which has what the steps see. Elements there that the defaults
 * added have no `range`, and neither has their problem.
 */
export interface Rule {
  /** Returns the problems in the order of the source. Never throws. */
  check(manifest: InterpretedManifest, host: RuleContext): Problem[];
}
