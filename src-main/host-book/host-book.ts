import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { AppError, reasonOf } from '../../src-shared/errors';
import { inBackground } from '../async/guard';
import { hostEntry, problemsOf, THIS_COMPUTER, type HostEntry } from '../../src-shared/hosts/model';
import { changeAlone } from '../files/shared-file';
import { readState, type State } from '../files/state-file';
import { writeState } from '../files/text-files';
import { watchFolder } from '../system/files';

const VERSION = 1;
/** Number of documents whose host is remembered. */
const MAX_CHOICES = 500;

const form = z.object({
  version: z.literal(VERSION),
  hosts: z.array(hostEntry),
  /** The host of each document, the newest choice last. */
  choices: z.array(z.object({ path: z.string(), host: z.string() })),
});

type Content = z.output<typeof form>;

const EMPTY: Content = { version: VERSION, hosts: [], choices: [] };

/** The user's build hosts, and the host of each document. */
export class HostBook {
  readonly #listeners = new Set<() => void>();

  readonly #file: string;
  readonly #locks: string;
  #content: Content;

  private constructor(
    file: string,
    content: Content,
    /** Why the file was not usable, and where it was moved. */
    readonly trouble: string | undefined,
  ) {
    this.#file = file;
    this.#locks = join(dirname(file), 'locks');
    this.#content = content;
  }

  /** Reads `hosts.json` of a folder. An unreadable file is set aside, and `trouble` reports it. Never throws. */
  static async open(state: string): Promise<HostBook> {
    const file = join(state, 'hosts.json');
    try {
      const { content, trouble } = await read(file);
      const book = new HostBook(file, content ?? EMPTY, trouble);
      await book.#follow();
      return book;
    } catch (error) {
      return new HostBook(file, EMPTY, reasonOf(error));
    }
  }

  list(): readonly HostEntry[] {
    return this.#content.hosts;
  }

  /** Adds a host, or changes it. Throws `refused` with the first problem of the entry. */
  async save(entry: HostEntry): Promise<void> {
    const clean = { ...entry, name: entry.name.trim(), address: entry.address.trim() };
    if (clean.id === THIS_COMPUTER)
      throw new AppError('refused', 'This computer is always available and cannot be changed as a build host.');
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

  /** The host that a document is built on: this computer, unless another host was chosen that still exists. */
  chosen(path: string): string {
    const { host } = this.#content.choices.find((one) => one.path === path) ?? {};
    return this.#content.hosts.some(({ id }) => id === host) ? (host ?? THIS_COMPUTER) : THIS_COMPUTER;
  }

  async choose(path: string, host: string): Promise<void> {
    await this.#change(({ choices, ...rest }) => ({
      ...rest,
      choices: [...choices.filter((one) => one.path !== path), { path, host }].slice(-MAX_CHOICES),
    }));
  }

  /** Adds a listener that is called after each change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Applies one change after another, to the file as other apps have left it. The content in memory changes after the file was written. */
  #change(change: (content: Content) => Content): Promise<void> {
    return changeAlone(this.#locks, this.#file, async () => {
      const content = change((await read(this.#file)).content ?? EMPTY);
      await writeState(this.#file, `${JSON.stringify(content, null, 2)}\n`);
      this.#show(content);
    });
  }

  /** Reads changes of other apps. Without a watch they are read at the next change of this app. */
  async #follow(): Promise<void> {
    // Runs after this app's own changes, which are not news.
    const changed = (): Promise<void> =>
      changeAlone(this.#locks, this.#file, async () => {
        const { content } = await read(this.#file);
        if (content && JSON.stringify(content) !== JSON.stringify(this.#content)) this.#show(content);
      });
    await watchFolder(dirname(this.#file), (_, name) => {
      if (name === basename(this.#file)) inBackground(changed);
    });
  }

  #show(content: Content): void {
    this.#content = content;
    for (const listener of this.#listeners) listener();
  }
}

/** Throws `refused` for a file that cannot be read, because replacing it would lose it. */
const read = (file: string): Promise<State<Content>> => readState(file, 'host book', (json) => form.parse(json));
