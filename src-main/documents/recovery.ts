import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from '../system/files';
import { join } from 'node:path';
import * as z from 'zod';
import type { OpenedDocument } from '../../src-shared/rpc-contract';
import { isProcessRunning, ownProcess } from '../system/processes';
import { writeState } from '../files/text-files';

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

/** Whether unsaved work differs from the files on disk. */
export function isNews({ source, scripts }: UnsavedWork, opened: OpenedDocument): boolean {
  const onDisk = new Map(opened.scripts.map(({ path, text }) => [path, text]));
  return source !== opened.source || Object.entries(scripts).some(([path, text]) => onDisk.get(path) !== text);
}

/**
 * Unsaved text, kept outside the document's folder until it is saved or discarded. Each app has a copy of its own: another app on the same
 * state folder neither reads nor removes the work of one that is running.
 */
export class Recovery {
  readonly #folder: string;

  constructor(state: string) {
    this.#folder = join(state, 'recovery');
  }

  async keep(path: string, work: UnsavedWork): Promise<void> {
    const content = { path, ...work, savedAt: new Date().toISOString() };
    await writeState(join(this.#folder, `${keyOf(path)}.${ownProcess()}.json`), JSON.stringify(content));
  }

  async forget(path: string): Promise<void> {
    for (const file of await this.#copies(path)) await rm(file, { force: true });
  }

  /** The newest recovery copy of a manifest, or `undefined`. */
  async read(path: string): Promise<(UnsavedWork & { savedAt: string }) | undefined> {
    const found = await Promise.all((await this.#copies(path)).map(readCopy));
    return found
      .filter((copy) => copy !== undefined)
      .sort((a, b) => a.savedAt.localeCompare(b.savedAt))
      .at(-1);
  }

  /** The files with the work of this app, and of apps that have ended. */
  async #copies(path: string): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const key = keyOf(path);
    return names
      .filter((name) => name.startsWith(`${key}.`) && name.endsWith('.json'))
      .filter((name) => {
        // Version 1 had one file for all apps.
        const owner = name.slice(key.length, -'.json'.length).replace('.', '');
        return owner === '' || owner === ownProcess() || !isProcessRunning(owner);
      })
      .map((name) => join(this.#folder, name));
  }
}

async function readCopy(file: string): Promise<(UnsavedWork & { savedAt: string }) | undefined> {
  try {
    const { source, scripts, savedAt } = kept.parse(JSON.parse(await readFile(file, 'utf8')));
    return { source, scripts, savedAt };
  } catch {
    return undefined; // missing, or damaged by a power loss: there is nothing to restore
  }
}

const keyOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 32);
