import { existsSync, renameSync } from 'node:fs';

/**
 * Replaces the build data by a tree made beside it. The tree is complete before the first rename, so a crash between the two
 * renames leaves a whole tree under one of three names, and `recover` finds it.
 */
export class TreeSwap {
  /** Where the new tree is made. */
  readonly fresh: string;
  readonly #old: string;

  constructor(
    readonly buildData: string,
    readonly remove: (path: string) => Promise<void>,
  ) {
    this.fresh = `${buildData}.new`;
    this.#old = `${buildData}.old`;
  }

  /** Finishes what a crash interrupted, and makes room for a new tree. */
  async recover(): Promise<void> {
    const { buildData, fresh } = this;
    if (!existsSync(buildData) && existsSync(fresh)) renameSync(fresh, buildData);
    if (!existsSync(buildData) && existsSync(this.#old)) renameSync(this.#old, buildData);
    await this.remove(fresh);
    await this.remove(this.#old);
  }

  /** Puts the new tree in place. When it cannot, the old one is there again. */
  async swapIn(): Promise<void> {
    const { buildData, fresh } = this;
    const hadOne = existsSync(buildData);
    if (hadOne) renameSync(buildData, this.#old);
    try {
      renameSync(fresh, buildData);
    } catch (error) {
      if (hadOne) renameSync(this.#old, buildData);
      throw error;
    }
    await this.remove(this.#old);
  }
}
