import type { Listing } from '../../src-shared/rpc/common';

/** Where files are chosen from. */
export interface Lister {
  /** The folder that is shown first. */
  readonly start: string;
  list(folder: string): Promise<Listing>;
}
