import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { OpenedDocument } from '../../src-shared/rpc-contract';
import { writeAtomically } from '../files/text-files';

const kept = z.object({
  path: z.string(),
  source: z.string(),
  scripts: z.record(z.string(), z.string()),
  savedAt: z.string(),
});

/** Unsaved texts: the manifest's, and those of scripts by their paths. */
export interface UnsavedWork {
  readonly source: string;
  readonly scripts: Record<string, string>;
}

/** Whether there is something in unsaved work that is not on disk. */
export function isNews({ source, scripts }: UnsavedWork, opened: OpenedDocument): boolean {
  const onDisk = new Map(opened.scripts.map(({ path, text }) => [path, text]));
  return source !== opened.source || Object.entries(scripts).some(([path, text]) => onDisk.get(path) !== text);
}

/** Unsaved text, kept outside the document's folder until it is saved or given up. */
export class Recovery {
  readonly #folder: string;

  constructor(state: string) {
    this.#folder = join(state, 'recovery');
  }

  async keep(path: string, work: UnsavedWork): Promise<void> {
    const content = { path, ...work, savedAt: new Date().toISOString() };
    await writeAtomically(this.#file(path), JSON.stringify(content), 0o600);
  }

  async forget(path: string): Promise<void> {
    await rm(this.#file(path), { force: true });
  }

  /** What was kept of a manifest, or `undefined`. */
  async read(path: string): Promise<(UnsavedWork & { savedAt: string }) | undefined> {
    try {
      const { source, scripts, savedAt } = kept.parse(JSON.parse(await readFile(this.#file(path), 'utf8')));
      return { source, scripts, savedAt };
    } catch {
      return undefined;
    }
  }

  #file(path: string): string {
    return join(this.#folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);
  }
}
