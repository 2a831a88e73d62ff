import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces the build data by a tree made beside it. The new tree is complete before the first rename, and the old one is removed
 * after the second, so a crash at any moment leaves the one or the other whole.
 *
 * Names differ from engine to engine: a tool that a killed engine has just started may still make its tree when the next engine
 * is at work, and then it is only garbage.
 */
export class TreeSwap {
  /** Where the new tree is made. */
  readonly fresh: string;
  readonly #old: string;

  constructor(
    readonly buildData: string,
    readonly remove: (path: string) => Promise<void>,
  ) {
    const engine = `${process.pid}-${Date.now()}`;
    this.fresh = `${buildData}.new-${engine}`;
    this.#old = `${buildData}.old-${engine}`;
  }

  /** Undoes what a crash interrupted, whoever it was, and clears the rest away. */
  async recover(): Promise<void> {
    const old = this.#leftovers('old')[0];
    if (!existsSync(this.buildData) && old !== undefined) renameSync(old, this.buildData);
    for (const path of [...this.#leftovers('new'), ...this.#leftovers('old')]) await this.remove(path);
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

  #leftovers(kind: 'new' | 'old'): string[] {
    const folder = dirname(this.buildData);
    if (!existsSync(folder)) return [];
    const prefix = `${basename(this.buildData)}.${kind}-`;
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix) && /^\d+-\d+$/.test(name.slice(prefix.length)))
      .map((name) => join(folder, name));
  }
}
