import type { Main } from '../rpc';

/** Unsaved work is kept this long after the last change. */
const DELAY_MS = 1000;

/** What is not saved: the manifest's text and the scripts that were edited. */
export interface UnsavedWork {
  readonly source: string;
  readonly scripts: Readonly<Record<string, string>>;
}

/**
 * Keeps the unsaved work of one document safe from a crash. Calls reach main in their order, so that work which was discarded does not
 * come back.
 */
export class Recovery {
  readonly #documents: Main['documents'];
  readonly #path: string;
  /** The unsaved work; `undefined` when everything is saved. */
  readonly #read: () => UnsavedWork | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #calls: Promise<unknown> = Promise.resolve();
  #isKept = false;

  constructor(documents: Main['documents'], path: string, read: () => UnsavedWork | undefined) {
    this.#documents = documents;
    this.#path = path;
    this.#read = read;
  }

  /** The document or a script changed. */
  changed(): void {
    clearTimeout(this.#timer);
    if (this.#read() !== undefined) this.#timer = setTimeout(() => this.#keep(), DELAY_MS);
    else if (this.#isKept) void this.discard();
  }

  /** The work that an earlier session kept is in the document now. */
  restored(): void {
    this.#isKept = true;
    this.changed();
  }

  /** Removes what is kept: everything is saved, or the user discarded it. */
  async discard(): Promise<void> {
    clearTimeout(this.#timer);
    this.#isKept = false;
    await this.#call(() => this.#documents.forgetRecovery({ path: this.#path }));
  }

  /** The document is closed. Unsaved work was discarded by the user before. */
  close(): void {
    clearTimeout(this.#timer);
    if (this.#isKept) void this.discard();
  }

  #keep(): void {
    const work = this.#read();
    if (work === undefined) return;
    this.#isKept = true;
    void this.#call(() => this.#documents.keepForRecovery({ path: this.#path, ...work }));
  }

  #call(make: () => Promise<unknown>): Promise<unknown> {
    const next = this.#calls.then(make);
    // The caller receives the failure; it does not stop later calls.
    this.#calls = next.catch(() => undefined);
    return this.#calls;
  }
}
