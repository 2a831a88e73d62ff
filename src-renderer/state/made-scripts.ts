import type { ScriptFile } from '../../src-shared/rpc-contract';
import type { ManifestDocument } from '../document/document.svelte';
import type { Main } from '../rpc';
import type { Scripts } from './scripts.svelte';

/** The texts of a manifest around one edit. */
interface Edit {
  readonly before: string;
  readonly after: string;
}

/** Files that were made with an edit. */
interface Made extends Edit {
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

  /** Called after Undo has reverted an edit. Files that were edited since stay. Throws what main reports. */
  async undone(document: ManifestDocument, scripts: Scripts, edit: Edit): Promise<void> {
    for (const { path, text } of this.#of(edit)) {
      if (text === undefined || scripts.drafts.has(path)) continue;
      // Main compares the text, because the list of scripts may be changing at this moment.
      const { removed } = await this.#main.scripts.remove({ document: document.path, path, text });
      if (removed) scripts.removed(path);
    }
  }

  /** Called after Redo has made an edit again. Files that exist stay. Throws what main reports. */
  async redone(document: ManifestDocument, scripts: Scripts, edit: Edit): Promise<void> {
    for (const { path, text, executable } of this.#of(edit)) {
      if (text === undefined) continue;
      // Main checks for the file, because the list of scripts may be older than the undo.
      const file = { document: document.path, path, text, executable, ifMissing: true };
      scripts.wrote(await this.#main.scripts.write(file));
    }
  }

  #of({ before, after }: Edit): readonly ScriptFile[] {
    return this.#made.find((made) => made.before === before && made.after === after)?.files ?? [];
  }
}
