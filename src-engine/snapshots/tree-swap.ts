import { readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../system/durable';
import { exists } from '../system/files';

/**
 * An engine in a name: its pid and the time in milliseconds. Users may call a folder `build_data.old-1-2`, which has
 * fewer digits.
 */
const ENGINE = /^\d+-\d{13}$/;

/**
 * Replaces the build data by a tree made beside it. The new tree is complete and on the disk before the first rename,
 * the folder is synced after each rename, and the old tree is removed last. After a crash or power loss at any moment
 * one of the two is there, whole.
 *
 * Names differ between engines: a tool that a killed engine has just started may still create its tree while the next
 * engine works. That tree is then removed as a leftover.
 */
export class TreeSwap {
  /** The path of the new tree. */
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

  /**
   * Undoes the interrupted work of any engine, and removes its remains. The caller has checked the leftovers for
   * mounts.
   */
  async recover(): Promise<void> {
    const old = this.#leftovers('old').at(-1);
    if (old !== undefined && !exists(this.buildData)) this.#rename(old, this.buildData);
    for (const path of this.leftovers()) await this.remove(path);
  }

  /**
   * Puts the new tree in place, whose content the caller has synced. After a failure the old tree is in place again.
   */
  async swapIn(): Promise<void> {
    const { buildData, fresh } = this;
    const hadTree = exists(buildData);
    if (hadTree) this.#rename(buildData, this.#old);
    try {
      this.#rename(fresh, buildData);
    } catch (error) {
      if (hadTree) this.#rename(this.#old, buildData);
      throw error;
    }
    await this.remove(this.#old);
  }

  /** Trees of killed engines beside the build data. */
  leftovers(): string[] {
    return [...this.#leftovers('new'), ...this.#leftovers('old')];
  }

  #rename(from: string, to: string): void {
    renameSync(from, to);
    syncFolder(dirname(to));
  }

  #leftovers(kind: 'new' | 'old'): string[] {
    return leftoversOf(this.buildData, kind);
  }
}

/** Trees that an engine has left beside the build data, by their names, oldest first. */
export function leftoversOf(buildData: string, kind: 'new' | 'old'): string[] {
  const folder = dirname(buildData);
  if (!exists(folder)) return [];
  const prefix = `${basename(buildData)}.${kind}-`;
  const madeAt = (name: string): number => Number(name.slice(name.lastIndexOf('-') + 1));
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && ENGINE.test(name.slice(prefix.length)))
    .sort((a, b) => madeAt(a) - madeAt(b))
    .map((name) => join(folder, name));
}
