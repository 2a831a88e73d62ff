import { createHash } from 'node:crypto';
import { join } from 'node:path/posix';
import { checkpointName } from '../../../src-shared/checkpoints/model';
import { AppError } from '../../../src-shared/errors';
import type { Transport } from '../../transport/transport';
import type { StockArea, StockSnapshot } from './area';

/** No manifest is longer. */
const MAX_BYTES = 16 * 1024 * 1024;

/** How the copy of the manifest that the original keeps for a step (contract 2.1) compares with the manifest. */
export type StateFile = 'same' | 'changed' | 'missing';

/** The original's copies of the manifest. A copy is read once for each snapshot, because both are made together. */
export class StateFiles {
  readonly #hashes = new Map<string, string>();
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Compares the copies of the steps that have a snapshot.
   *
   * @param manifest the bytes of the manifest
   * @returns by step
   */
  async compare(
    { path }: StockArea,
    steps: readonly string[],
    snapshots: readonly StockSnapshot[],
    manifest: Uint8Array,
  ): Promise<ReadonlyMap<string, StateFile>> {
    const wanted = hashOf(manifest);
    const found = new Map<string, StateFile>();
    if (snapshots.length === 0) return found;
    const present = new Set(await this.#transport.list(path));
    for (const step of steps) {
      const name = checkpointName(step);
      const snapshot = snapshots.find((one) => one.name === name);
      if (!snapshot) continue;
      const isThere = present.has(name);
      const hash = isThere ? await this.#hash(join(path, name), `${snapshot.id} ${snapshot.takenAt}`) : undefined;
      found.set(step, hash === undefined ? 'missing' : hash === wanted ? 'same' : 'changed');
    }
    return found;
  }

  async #hash(path: string, key: string): Promise<string | undefined> {
    const known = this.#hashes.get(key);
    if (known !== undefined) return known;
    try {
      const hash = hashOf(await this.#transport.readFile(path, 0, MAX_BYTES));
      this.#hashes.set(key, hash);
      return hash;
    } catch (error) {
      if (error instanceof AppError && error.code === 'missing') return undefined;
      throw error;
    }
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
