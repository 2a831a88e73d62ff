import type {
  Edition,
  PackageDetails,
  PackageProblem,
  ResolvedPackage,
} from '../../src-shared/engine-answers/packages';
import { AppError } from '../../src-shared/errors';
import type { PackageLock } from '../../src-shared/packages/package-lock';
import type { CatalogueEntry } from '../../src-shared/packages/catalogue';

/**
 * The packages that an installer would install, the problems of entries, and notes on where the answer is incomplete.
 */
export interface Resolution {
  readonly packages: readonly ResolvedPackage[];
  readonly problems: readonly PackageProblem[];
  readonly notes: readonly string[];
}

/**
 * The repositories of a manifest, read by one installer: APT or IPS. Fetched lists are kept in a folder and are used
 * without a network until the next fetch. No method needs root or changes the host's own package state.
 */
export interface PackageSource {
  /**
   * Fetches the current lists of the repositories. When it fails, the previous lists stay whole.
   *
   * Throws `AppError('unreachable')` when a repository does not answer or breaks off, `'refused'` when its signature or
   * a checksum is wrong, `'unsupported'` when this host lacks a tool for it.
   */
  refresh(): Promise<void>;
  /** The edition of the fetched lists; `undefined` when nothing was fetched yet. */
  edition(): Promise<Omit<Edition, 'trouble'> | undefined>;
  /** Every package once, in the version that an installer chooses, sorted by name. */
  entries(): Promise<readonly CatalogueEntry[]>;
  /** All details of a package, by its name or a virtual name that only it provides; `undefined` when there is none. */
  details(name: string): Promise<PackageDetails | undefined>;
  /** Returns the names that no package has and none provides, with what to use instead. Faster than `resolve`, which finds more. */
  unknown(names: readonly string[]): Promise<readonly PackageProblem[]>;
  /** What an installation of these names into an empty image would contain, under the manifest's names. */
  resolve(names: readonly string[]): Promise<Resolution>;
  /**
   * The exact packages of `resolve`, with the origin and the checksum of each.
   *
   * Throws `AppError('refused')` when an entry cannot be installed, `'unsupported'` where the installer has no locks.
   */
  lock(names: readonly string[]): Promise<PackageLock>;
  /** The names of those packages whose change includes a security update. */
  securityUpdates(changes: readonly VersionChange[]): Promise<ReadonlySet<string>>;
  /** Fetches files of a lock and checks their sums. Throws `AppError('unreachable')`. */
  download(files: readonly Download[]): Promise<void>;
}

/** The refusal to lock a list with an entry that cannot be installed. */
export const unlockable = ({ name, message, instead }: PackageProblem): AppError =>
  new AppError(
    'refused',
    `The packages cannot be locked: ${name}: ${message}`,
    instead.length === 0 ? 'Correct the package list.' : `Did you mean ${instead.join(', ')}?`,
  );

/** A package of a lock whose version changes. */
export interface VersionChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** A file of a lock that is to be fetched. */
export interface Download {
  readonly origin: string;
  readonly sha256: string;
  /** The path of the new file. */
  readonly to: string;
}

/** The package source of a manifest, and the folder of its fetched lists. */
export interface OpenedPackages {
  readonly source: PackageSource;
  readonly folder: string;
}
