/** One source of packages: a line of a `.list` file or a stanza of a `.sources` file. */
export interface SourceEntry {
  /** Where it is, for messages: `/etc/apt/sources.list line 3`. */
  readonly place: string;
  readonly addresses: readonly string[];
  /** A suite with a trailing slash is a flat repository. */
  readonly suites: readonly string[];
  /** The architectures that it is restricted to; `undefined`: all. */
  readonly architectures: readonly string[] | undefined;
  /** The entry as text, with only these addresses and suites. All other settings stay as they are. */
  write(addresses: readonly string[], suites: readonly string[]): string;
}

/** Text that is not a source. It stays as it is, so that APT reports what is wrong with it. */
export interface UnreadableEntry {
  readonly text: string;
}
