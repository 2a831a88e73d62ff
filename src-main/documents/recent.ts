import { dirname, join } from 'node:path';
import * as z from 'zod';
import { isThere } from '../system/files';
import { changeAlone } from '../files/shared-file';
import { readState } from '../files/state-file';
import { writeState } from '../files/text-files';

const MAX_RECENT = 20;
const list = z.array(z.object({ path: z.string(), openedAt: z.string(), name: z.string().optional() }));
type Entries = z.output<typeof list>;

/** The manifests that were opened, newest first. */
export class RecentFiles {
  readonly #file: string;
  readonly #locks: string;

  constructor(state: string) {
    this.#file = join(state, 'recent.json');
    this.#locks = join(state, 'locks');
  }

  async list(): Promise<
    { path: string; folder: string; openedAt: string; name?: string | undefined; exists: boolean }[]
  > {
    return Promise.all(
      (await this.#read().catch((): Entries => [])).map(async (one) => ({
        ...one,
        folder: dirname(one.path),
        exists: await isThere(one.path),
      })),
    );
  }

  /**
   * Puts a file first. A failure to write the list is ignored, because the file opens all the same.
   *
   * @param source the manifest's text, for the name of its distribution
   */
  async add(path: string, source: string): Promise<void> {
    const name = nameIn(source);
    const first = { path, openedAt: new Date().toISOString(), ...(name !== undefined && { name }) };
    await this.#change((others) => [first, ...others].slice(0, MAX_RECENT), path).catch(() => undefined);
  }

  async forget(path: string): Promise<void> {
    await this.#change((others) => others, path);
  }

  /** Applies one change after another, across all apps: each reads what the last has written. */
  #change(change: (others: Entries) => Entries, path: string): Promise<void> {
    return changeAlone(this.#locks, this.#file, async () =>
      this.#write(change((await this.#read()).filter((one) => one.path !== path))),
    );
  }

  /** Throws `refused` for an unreadable file. */
  async #read(): Promise<Entries> {
    return (await readState(this.#file, 'list of recent files', (json) => list.parse(json))).content ?? [];
  }

  async #write(entries: Entries): Promise<void> {
    await writeState(this.#file, `${JSON.stringify(entries, null, 2)}\n`);
  }
}

/** A longer name has no room in a list. */
const MAX_NAME = 200;

/** The name of the distribution, also in a text that is not well-formed. */
function nameIn(source: string): string | undefined {
  const name = /<distribution\b[^>]{0,2000}?\bname\s*=\s*["']([^"'<>&]*)["']/.exec(source)?.[1];
  return name === undefined || name === '' ? undefined : name.slice(0, MAX_NAME);
}
