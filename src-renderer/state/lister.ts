import type { Listing } from '../../src-shared/rpc/common';

/** A source of files to choose from. */
export interface Lister {
  /** The folder that is shown first. */
  readonly start: string;
  list(folder: string): Promise<Listing>;
}
