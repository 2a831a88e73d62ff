import { packageLists, stepPaths } from '../../src-shared/document/list-paths';
import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import type { Target } from '../../src-shared/rpc/common';
import type { ScriptFile } from '../../src-shared/rpc-contract';
import { ManifestDocument } from '../document/document.svelte';
import type { CallFailure, Main } from '../rpc';
import { MadeScripts } from './made-scripts';
import type { Navigation } from './navigation.svelte';
import type { Notices } from './notices.svelte';
import { Recovery, type UnsavedWork } from './recovery';
import { Scripts } from './scripts.svelte';

/** Called by a `DocumentSession`. */
export interface SessionListener {
  /** Another document is open, or none. */
  onDocument(): void;
  /** Another document or host is built from now on; `undefined` without a document. */
  onTarget(target: Target | undefined): void;
  /** The edits will be written. */
  onSaving(): void;
  /** A save has ended, also when it failed. */
  onSaved(): void;
}

/** The open document: opens, saves, watches the files on disk, and keeps unsaved work safe from a crash. */
export class DocumentSession {
  #document = $state.raw<ManifestDocument>();
  #scripts = $state.raw(new Scripts([]));
  #host = $state(THIS_COMPUTER);
  /** Manifest and build host, as calls name them. */
  readonly target: Target = $derived({ path: this.#document?.path ?? '', host: this.#host });
  readonly #main: Main;
  readonly #notices: Notices;
  readonly #navigation: Navigation;
  readonly #listener: SessionListener;
  #recovery: Recovery | undefined;
  #watching: AbortController | undefined;
  #saving: Promise<boolean> | undefined;
  #scriptsVersion = '';
  readonly #made: MadeScripts;
  #changingFiles: Promise<void> = Promise.resolve();

  constructor(main: Main, notices: Notices, navigation: Navigation, listener: SessionListener) {
    this.#main = main;
    this.#notices = notices;
    this.#navigation = navigation;
    this.#listener = listener;
    this.#made = new MadeScripts(main);
  }

  get document(): ManifestDocument | undefined {
    return this.#document;
  }

  get scripts(): Scripts {
    return this.#scripts;
  }

  /** Id of the build host of the open document. */
  get host(): string {
    return this.#host;
  }

  get isUnsaved(): boolean {
    return (this.document?.isUnsaved ?? false) || this.scripts.isUnsaved;
  }

  /** Step paths of the open document, in build order. */
  get stepPaths(): readonly string[] {
    return this.document?.loaded ? stepPaths(this.document.loaded.tree) : [];
  }

  get packageLists(): { readonly install: string; readonly remove: string } {
    return this.document?.loaded
      ? packageLists(this.document.loaded.tree)
      : { install: 'img_params/packages', remove: 'img_params/post_install_remove_packages' };
  }

  /** Opens a manifest in place of the open one, whose unsaved work is lost: see `guardUnsaved`. */
  async open(path: string): Promise<void> {
    await this.#attempt(async () => {
      const opened = await this.#main.documents.open({ path });
      this.#recovery?.close();
      const recovery = new Recovery(this.#main.documents, opened.path, () => this.#unsavedWork());
      this.#recovery = recovery;
      const changed = (): void => recovery.changed();
      const document = new ManifestDocument(opened, changed);
      this.#document = document;
      this.#scripts = new Scripts(opened.scripts, changed);
      this.#scriptsVersion = opened.scriptsVersion;
      this.#listener.onDocument();
      this.#navigation.reset(document.loaded ? 'overview' : 'xml');
      const { host } = await this.#main.hosts.chosen({ path: opened.path });
      // Another document may have been opened meanwhile.
      if (this.#document !== document) return;
      this.#host = host;
      this.#listener.onTarget(this.target);
      if (!document.loaded) this.#navigation.view = 'compose';
      this.#notices.clear();
      if (opened.recovery) this.#navigation.dialog = { kind: 'recovery', ...opened.recovery };
      void this.#watch();
    });
  }

  /** Opens a copy of a manifest of a build host; it is built there. */
  async openFromHost(id: string, path: string): Promise<void> {
    await this.#attempt(async () => {
      const copy = await this.#main.hosts.openManifest({ id, path });
      await this.open(copy.path);
      this.#notices.done(`A copy is in ${this.document?.folder ?? ''}.`);
    });
  }

  /** Builds the open document on another host from now on. Running builds continue. */
  async chooseHost(host: string): Promise<void> {
    const { document } = this;
    if (!document || host === this.host) return;
    await this.#attempt(async () => {
      await this.#main.hosts.choose({ path: document.path, host });
      this.#host = host;
      this.#listener.onTarget(this.target);
    });
  }

  /** Closes the document. Unsaved work is lost: see `guardUnsaved`. */
  close(): void {
    this.#recovery?.close();
    this.#recovery = undefined;
    this.#watching?.abort();
    this.#document = undefined;
    this.#scripts = new Scripts([]);
    this.#navigation.view = 'compose';
    this.#listener.onDocument();
    this.#listener.onTarget(undefined);
  }

  /** Runs what would lose unsaved work, after the user has decided about it. */
  guardUnsaved(then: () => void): void {
    if (this.isUnsaved) this.#navigation.dialog = { kind: 'unsaved', then };
    else then();
  }

  /** Removes the copy of the unsaved work, because the user discards it. */
  async discardRecovery(): Promise<void> {
    await this.#recovery?.discard();
  }

  /** Takes over what an earlier session had not saved. */
  restore({ source, scripts }: UnsavedWork): void {
    this.document?.replace('Restore unsaved work', source);
    for (const [path, text] of Object.entries(scripts)) this.scripts.type(path, text);
    this.#recovery?.restored();
    this.#notices.done('Restored. Nothing is written until you save.');
  }

  /**
   * Saves manifest and scripts. `force` overwrites changes of other programs. Returns whether all is saved. Two saves at once would take
   * each other for another program, so the second waits and saves what is left.
   */
  async save(force = false): Promise<boolean> {
    const others = this.#saving;
    while (this.#saving) await this.#saving;
    if (others && !this.isUnsaved && !force) return true;
    this.#saving = this.#save(force);
    try {
      return await this.#saving;
    } finally {
      this.#saving = undefined;
    }
  }

  async #save(force: boolean): Promise<boolean> {
    const { document } = this;
    if (!document) return true;
    await this.#changingFiles;
    // Our own write is not a change of another program.
    this.#watching?.abort();
    this.#listener.onSaving();
    const isSaved = await this.#attempt(async () => {
      document.endGesture();
      const { source, path, encoding } = document;
      for (const [script, text] of this.scripts.drafts)
        this.scripts.wrote(await this.#main.scripts.write({ document: path, path: script, text }));
      if (source !== document.savedSource || force) {
        const expected = force ? null : document.version;
        const { version } = await this.#main.documents.save({ path, source, encoding, expected });
        document.markSaved(source, version);
      }
      if (!this.isUnsaved) await this.#recovery?.discard();
      this.#notices.done('Saved');
    });
    this.#listener.onSaved();
    // The reason of a failed save stays on screen.
    if (this.#navigation.dialog?.kind !== 'changed-on-disk') void this.#watch({ reportsRemoval: isSaved });
    return isSaved;
  }

  async saveAs(path: string): Promise<void> {
    const { document } = this;
    if (!document) return;
    await this.#attempt(async () => {
      const { source, encoding } = document;
      const saved = await this.#main.documents.saveAs({ from: document.path, path, source, encoding });
      await this.#recovery?.discard();
      await this.open(saved.path);
    });
  }

  /** Reads the files on disk again. Undo brings the window's text back. */
  async reload(): Promise<void> {
    const { document } = this;
    if (!document) return;
    await this.#attempt(async () => {
      const opened = await this.#main.documents.open({ path: document.path });
      document.replace('Reload from disk', opened.source);
      document.markSaved(opened.source, opened.version);
      this.scripts.replaceFiles(opened.scripts);
      this.#scriptsVersion = opened.scriptsVersion;
      void this.#watch();
    });
  }

  undo(): void {
    const { document, scripts } = this;
    const before = document?.source ?? '';
    const label = document?.undo();
    if (!document || label === undefined) return;
    const after = document.source;
    this.#notices.done(`Undid: ${label}`);
    this.#changeFiles(() => this.#made.undone(document, scripts, { before: after, after: before }));
  }

  redo(): void {
    const { document, scripts } = this;
    const before = document?.source ?? '';
    const label = document?.redo();
    if (!document || label === undefined) return;
    const after = document.source;
    this.#notices.done(`Redid: ${label}`);
    this.#changeFiles(() => this.#made.redone(document, scripts, { before, after }));
  }

  /**
   * Edits the manifest after scripts were made for the edit. Undo removes these scripts while they are unchanged.
   *
   * @param files that did not exist before
   */
  editWithScripts(files: readonly ScriptFile[], edit: (document: ManifestDocument) => boolean): void {
    const { document } = this;
    const before = document?.source ?? '';
    if (document && edit(document)) this.#made.record({ before, after: document.source, files });
  }

  /** One change of files after another, in the order of the user's actions. */
  #changeFiles(change: () => Promise<void>): void {
    this.#changingFiles = this.#changingFiles.then(async () => {
      await this.#notices.attempt(change);
    });
  }

  /** Writes a script at once. Returns it, or `undefined` when it failed. */
  async writeScript(path: string, text: string, executable?: boolean): Promise<ScriptFile | undefined> {
    const { document } = this;
    if (!document) return undefined;
    let written: ScriptFile | undefined;
    await this.#attempt(async () => {
      written = await this.#main.scripts.write({
        document: document.path,
        path,
        text,
        ...(executable !== undefined && { executable }),
      });
      this.scripts.wrote(written);
    });
    return written;
  }

  #unsavedWork(): UnsavedWork | undefined {
    if (!this.isUnsaved) return undefined;
    return { source: this.document?.source ?? '', scripts: Object.fromEntries(this.scripts.drafts) };
  }

  #attempt(work: () => Promise<void>): Promise<boolean> {
    return this.#notices.attempt(work, (failure: CallFailure) => {
      if (failure.code === 'CONFLICT') this.#navigation.dialog = { kind: 'changed-on-disk' };
      else this.#notices.report(failure);
    });
  }

  /** Follows the files on disk until another document is opened. */
  async #watch({ reportsRemoval } = { reportsRemoval: true }): Promise<void> {
    this.#watching?.abort();
    const watching = new AbortController();
    this.#watching = watching;
    const { document } = this;
    while (document && document === this.document && !watching.signal.aborted)
      try {
        const { path, version } = document;
        const change = await this.#main.documents.nextChange(
          { path, version, scriptsVersion: this.#scriptsVersion },
          { signal: watching.signal },
        );
        if (watching.signal.aborted || document !== this.document) return;
        this.#scriptsVersion = change.scriptsVersion;
        this.scripts.replaceFiles(change.scripts);
        if (change.version === version) continue;
        if (change.version === undefined) {
          if (!reportsRemoval) return;
          this.#notices.failed('The manifest was removed from the disk.', 'Save to write it again.');
          return;
        }
        if (document.isUnsaved) {
          this.#navigation.dialog = { kind: 'changed-on-disk' };
          return;
        }
        await this.reload();
        return;
      } catch {
        return; // the connection ended, or a newer watch replaced this one
      }
  }
}
