import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../src-shared/errors';
import { hostEntry, problemsOf, THIS_COMPUTER, type HostEntry } from '../../src-shared/hosts/model';
import { writeAtomically } from '../files/text-files';

const VERSION = 1;
/** Documents whose host is remembered; the oldest are forgotten. */
const MOST_CHOICES = 500;

const form = z.object({
  version: z.literal(VERSION),
  hosts: z.array(hostEntry),
  /** The host of each document, the newest choice last. */
  choices: z.array(z.object({ path: z.string(), host: z.string() })),
});

type Content = z.output<typeof form>;

/** The build hosts that a person has, and which document is built on which. */
export class HostBook {
  readonly #listeners = new Set<() => void>();
  #last: Promise<void> = Promise.resolve();

  readonly #file: string;
  #content: Content;

  private constructor(
    file: string,
    content: Content,
    /** Why the file that was there is not used, and where it is now. */
    readonly trouble: string | undefined,
  ) {
    this.#file = file;
    this.#content = content;
  }

  /** Reads `hosts.json` of a folder. A file that is not one is set aside, and `trouble` says so. */
  static async open(state: string): Promise<HostBook> {
    const file = join(state, 'hosts.json');
    const empty: Content = { version: VERSION, hosts: [], choices: [] };
    if (!existsSync(file)) return new HostBook(file, empty, undefined);
    try {
      return new HostBook(file, form.parse(JSON.parse(await readFile(file, 'utf8'))), undefined);
    } catch {
      const aside = `${file}.set-aside-${new Date().toISOString().replace(/[:.]/g, '-')}`;
      await rename(file, aside);
      return new HostBook(
        file,
        empty,
        `The host book could not be read and is empty now. It was set aside as ${aside}.`,
      );
    }
  }

  list(): readonly HostEntry[] {
    return this.#content.hosts;
  }

  /** Adds a host, or changes it. Throws `refused` with the first problem of the entry. */
  async save(entry: HostEntry): Promise<void> {
    const clean = { ...entry, name: entry.name.trim(), address: entry.address.trim() };
    if (clean.id === THIS_COMPUTER)
      throw new AppError('refused', 'This computer is always there, and has no entry in the host book.');
    await this.#change(({ hosts, ...rest }) => {
      const [problem] = problemsOf(clean, hosts);
      if (problem) throw new AppError('refused', problem.message);
      return {
        ...rest,
        hosts: hosts.some(({ id }) => id === clean.id)
          ? hosts.map((one) => (one.id === clean.id ? clean : one))
          : [...hosts, clean],
      };
    });
  }

  async remove(id: string): Promise<void> {
    await this.#change(({ hosts, ...rest }) => ({ ...rest, hosts: hosts.filter((one) => one.id !== id) }));
  }

  /** The host that a document is built on: this computer, unless another was chosen that is still there. */
  chosen(path: string): string {
    const { host } = this.#content.choices.find((one) => one.path === path) ?? {};
    return this.#content.hosts.some(({ id }) => id === host) ? (host ?? THIS_COMPUTER) : THIS_COMPUTER;
  }

  async choose(path: string, host: string): Promise<void> {
    await this.#change(({ choices, ...rest }) => ({
      ...rest,
      choices: [...choices.filter((one) => one.path !== path), { path, host }].slice(-MOST_CHOICES),
    }));
  }

  /** Told after each change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** One change after the other, each whole; nothing changes here that could not be written. */
  #change(change: (content: Content) => Content): Promise<void> {
    const changed = this.#last.then(async () => {
      const content = change(this.#content);
      await writeAtomically(this.#file, `${JSON.stringify(content, null, 2)}\n`, 0o600);
      this.#content = content;
      for (const listener of this.#listeners) listener();
    });
    this.#last = changed.catch(() => undefined);
    return changed;
  }
}
