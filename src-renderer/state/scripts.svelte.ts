import { SvelteMap } from 'svelte/reactivity';
import type { ScriptFile } from '../../src-shared/rpc-contract';

/** The scripts beside the manifest: as they are on disk, and what has been typed since. */
export class Scripts {
  #files = $state.raw<readonly ScriptFile[]>([]);
  readonly #drafts = new SvelteMap<string, string>();

  constructor(files: readonly ScriptFile[]) {
    this.#files = files;
  }

  get files(): readonly ScriptFile[] {
    return this.#files;
  }

  /** What is to be written at the next save. */
  get drafts(): ReadonlyMap<string, string> {
    return this.#drafts;
  }

  get isUnsaved(): boolean {
    return this.#drafts.size > 0;
  }

  file(path: string): ScriptFile | undefined {
    return this.#files.find((file) => file.path === path);
  }

  /** The text as it is being edited; `undefined` when there is no such file or it is not text. */
  text(path: string): string | undefined {
    return this.#drafts.get(path) ?? this.file(path)?.text;
  }

  type(path: string, text: string): void {
    if (this.file(path)?.text === text) this.#drafts.delete(path);
    else this.#drafts.set(path, text);
  }

  /** What main says is on disk now; drafts stay. */
  replaceFiles(files: readonly ScriptFile[]): void {
    this.#files = files;
    for (const [path, text] of this.#drafts) if (this.file(path)?.text === text) this.#drafts.delete(path);
  }

  /** One file was written. */
  wrote(file: ScriptFile): void {
    this.replaceFiles(
      [...this.#files.filter(({ path }) => path !== file.path), file].sort((a, b) => a.path.localeCompare(b.path)),
    );
  }
}
