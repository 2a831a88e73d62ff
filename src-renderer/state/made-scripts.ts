import type { ScriptFile } from '../../src-shared/rpc-contract';
import type { ManifestDocument } from '../document/document.svelte';
import type { Main } from '../rpc';
import type { Scripts } from './scripts.svelte';

/** Files that were made with one edit of the manifest. */
interface Made {
  readonly before: string;
  readonly after: string;
  readonly files: readonly ScriptFile[];
}

/** Scripts that edits of a manifest have made. Undo removes those that are unchanged, and redo makes them again. */
export class MadeScripts {
  #made: readonly Made[] = [];
  readonly #main: Main;

  constructor(main: Main) {
    this.#main = main;
  }

  /** Records files that did not exist before an edit. The texts are those of the manifest. */
  record(made: Made): void {
    if (made.files.length > 0) this.#made = [...this.#made, made];
  }

  /** Called after Undo has changed the text. Files that were edited since stay. Throws what main reports. */
  async undone(document: ManifestDocument, scripts: Scripts, before: string): Promise<void> {
    for (const { path, text } of this.#of(document.source, before)) {
      if (text === undefined || scripts.drafts.has(path)) continue;
      // Main compares the text: the list of scripts may be read again just now.
      const { removed } = await this.#main.scripts.remove({ document: document.path, path, text });
      if (removed) scripts.removed(path);
    }
  }

  /** Called after Redo has changed the text. Files that exist stay. Throws what main reports. */
  async redone(document: ManifestDocument, scripts: Scripts, before: string): Promise<void> {
    for (const { path, text, executable } of this.#of(before, document.source)) {
      if (text === undefined || scripts.file(path)) continue;
      scripts.wrote(await this.#main.scripts.write({ document: document.path, path, text, executable }));
    }
  }

  #of(before: string, after: string): readonly ScriptFile[] {
    return this.#made.find((one) => one.before === before && one.after === after)?.files ?? [];
  }
}
