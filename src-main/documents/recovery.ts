import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeAtomically } from './files';

const kept = z.object({ path: z.string(), source: z.string(), savedAt: z.string() });

/** Unsaved text, kept outside the document's folder until it is saved or given up. */
export class Recovery {
  readonly #folder: string;

  constructor(state: string) {
    this.#folder = join(state, 'recovery');
  }

  async keep(path: string, source: string): Promise<void> {
    const content = { path, source, savedAt: new Date().toISOString() };
    await writeAtomically(this.#file(path), JSON.stringify(content), 0o600);
  }

  async forget(path: string): Promise<void> {
    await rm(this.#file(path), { force: true });
  }

  /** What was kept of a manifest, or `undefined`. */
  async read(path: string): Promise<{ source: string; savedAt: string } | undefined> {
    try {
      const { source, savedAt } = kept.parse(JSON.parse(await readFile(this.#file(path), 'utf8')));
      return { source, savedAt };
    } catch {
      return undefined;
    }
  }

  #file(path: string): string {
    return join(this.#folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);
  }
}
