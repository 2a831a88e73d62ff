import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { writeAtomically } from './files';

const MOST = 20;
const list = z.array(z.object({ path: z.string(), openedAt: z.string() }));

/** The manifests that were opened, newest first. */
export class RecentFiles {
  readonly #file: string;

  constructor(state: string) {
    this.#file = join(state, 'recent.json');
  }

  async list(): Promise<{ path: string; folder: string; openedAt: string; exists: boolean }[]> {
    return (await this.#read()).map((one) => ({ ...one, folder: dirname(one.path), exists: existsSync(one.path) }));
  }

  async add(path: string): Promise<void> {
    const others = (await this.#read()).filter((one) => one.path !== path);
    await this.#write([{ path, openedAt: new Date().toISOString() }, ...others].slice(0, MOST));
  }

  async forget(path: string): Promise<void> {
    await this.#write((await this.#read()).filter((one) => one.path !== path));
  }

  /** A file that cannot be read is an empty list: it is only a convenience. */
  async #read(): Promise<z.output<typeof list>> {
    try {
      return list.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      return [];
    }
  }

  async #write(entries: z.output<typeof list>): Promise<void> {
    await writeAtomically(this.#file, `${JSON.stringify(entries, null, 2)}\n`, 0o600);
  }
}
