import type {
  Edition,
  PackageDetails,
  PackageProblem,
  ResolvedPackage,
} from '../../src-shared/engine-answers/packages';
import type { CatalogueEntry } from '../../src-shared/packages/catalogue';

/** What an installer would do, and where that is less than the whole truth. */
export interface Resolution {
  readonly packages: readonly ResolvedPackage[];
  readonly problems: readonly PackageProblem[];
  readonly notes: readonly string[];
}

/**
 * The repositories of a manifest, as one installer sees them: APT's or those of IPS. What was fetched is kept in a folder of its own
 * and serves without a network until it is fetched anew. Nothing needs root, and nothing of the host's own package state is changed.
 */
export interface PackageSource {
  /**
   * Fetches what the repositories say now. What was there before stays whole when it fails.
   *
   * Throws `AppError('unreachable')` when a repository does not answer or breaks off, `'refused'` when its signature or a checksum is
   * wrong, `'unsupported'` when this host lacks a tool for it.
   */
  refresh(): Promise<void>;
  /** What was fetched; `undefined`: nothing yet. */
  edition(): Promise<Omit<Edition, 'trouble'> | undefined>;
  /** Every package once, in its version that an installer would take, sorted by name. */
  entries(): Promise<readonly CatalogueEntry[]>;
  /** Everything about a package, by its name or one that only it provides; `undefined`: there is none. */
  details(name: string): Promise<PackageDetails | undefined>;
  /** What installing these would put into an empty image, in the names of the manifest. */
  resolve(names: readonly string[]): Promise<Resolution>;
}

/** The package source of a manifest, and where what was fetched of it is kept. */
export interface OpenedPackages {
  readonly source: PackageSource;
  readonly folder: string;
}
