import { SvelteMap } from 'svelte/reactivity';
import type { ScriptFile } from '../../src-shared/rpc-contract';

/** The scripts beside the manifest: the files on disk, and drafts that are not saved yet. */
export class Scripts {
  #files = $state.raw<readonly ScriptFile[]>([]);
  readonly #drafts = new SvelteMap<string, string>();

  readonly #onChange: () => void;

  /** `onChange` is called after each change of a draft. */
  constructor(files: readonly ScriptFile[], onChange: () => void = () => undefined) {
    this.#files = files;
    this.#onChange = onChange;
  }

  get files(): readonly ScriptFile[] {
    return this.#files;
  }

  /** Texts that the next save writes, by path. */
  get drafts(): ReadonlyMap<string, string> {
    return this.#drafts;
  }

  get isUnsaved(): boolean {
    return this.#drafts.size > 0;
  }

  file(path: string): ScriptFile | undefined {
    return this.#files.find((file) => file.path === path);
  }

  /** The edited text; `undefined` without such a file, or when it is not text. */
  text(path: string): string | undefined {
    return this.#drafts.get(path) ?? this.file(path)?.text;
  }

  type(path: string, text: string): void {
    if (this.file(path)?.text === text) this.#drafts.delete(path);
    else this.#drafts.set(path, text);
    this.#onChange();
  }

  /** Takes the files on disk. Drafts that equal their file are dropped. */
  replaceFiles(files: readonly ScriptFile[]): void {
    this.#files = files;
    for (const [path, text] of this.#drafts) if (this.file(path)?.text === text) this.#drafts.delete(path);
    this.#onChange();
  }

  /** Takes the removal of a file. */
  removed(path: string): void {
    this.replaceFiles(this.#files.filter((file) => file.path !== path));
  }

  /** Takes a file that was written. */
  wrote(file: ScriptFile): void {
    this.replaceFiles(
      [...this.#files.filter(({ path }) => path !== file.path), file].sort((a, b) => a.path.localeCompare(b.path)),
    );
  }
}
