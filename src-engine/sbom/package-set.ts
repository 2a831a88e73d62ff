/** A package of an image, binary or source. */
export interface SoftwarePackage {
  /** Its package URL (purl), which also identifies it within the image. */
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  readonly supplier?: string | undefined;
  readonly homepage?: string | undefined;
}

/** An installed package, and what it needs. */
export interface InstalledSoftware extends SoftwarePackage {
  /** The purls of installed packages that it depends on. */
  readonly dependsOn: readonly string[];
  /** The source package that it was built from. */
  readonly source?: SoftwarePackage | undefined;
  /** Other source packages whose code it contains. */
  readonly builtUsing: readonly SoftwarePackage[];
}

/** The operating system of an image and its packages, sorted by purl. */
export interface ImageSoftware {
  /** The tree that has the package database. */
  readonly tree: string;
  readonly packages: readonly InstalledSoftware[];
}

/** Without equal ones, in the order of their bytes, which no locale changes. */
export function sortedByPurl<T extends { readonly purl: string }>(packages: Iterable<T>): T[] {
  const byPurl = new Map([...packages].map((one) => [one.purl, one]));
  return [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

/** All source packages of an image. */
export function sourcesOf(packages: readonly InstalledSoftware[]): SoftwarePackage[] {
  return sortedByPurl(packages.flatMap(({ source, builtUsing }) => [...(source ? [source] : []), ...builtUsing]));
}
