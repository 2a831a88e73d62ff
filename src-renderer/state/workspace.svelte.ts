import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import { packageLists, stepPaths } from '../../src-shared/document/list-paths';
import type { Finalizer, ScriptFile, Template } from '../../src-shared/rpc-contract';
import { ManifestDocument, type ListedProblem } from '../document/document.svelte';
import { failureOf, type CallFailure, type Main } from '../rpc';
import { Builds } from './builds.svelte';
import { Hosts } from './hosts.svelte';
import { Packages } from './packages.svelte';
import { Scripts } from './scripts.svelte';
import type { Target } from '../../src-shared/rpc/common';
import type { Lister } from '../dialogs/lister';
import type { SectionId } from '../../src-shared/document/sections';

/** A dialog that is open, with what it needs. */
export type OpenDialog =
  | { readonly kind: 'new' }
  | {
      readonly kind: 'browse';
      readonly want: 'manifest' | 'folder' | 'file';
      readonly title: string;
      /** Where the files are; on main's computer when missing. */
      readonly from?: Lister;
      readonly done: (path: string) => void;
    }
  | { readonly kind: 'export' }
  | { readonly kind: 'palette' }
  | { readonly kind: 'add-step' }
  | { readonly kind: 'paste-packages'; readonly list: 'install' | 'remove' }
  | { readonly kind: 'package-sizes' }
  | { readonly kind: 'compare-packages' }
  | { readonly kind: 'unsaved'; readonly then: () => void }
  | {
      readonly kind: 'recovery';
      readonly source: string;
      readonly scripts: Readonly<Record<string, string>>;
      readonly savedAt: string;
    }
  | { readonly kind: 'changed-on-disk' }
  | { readonly kind: 'prune' }
  /** A build would resume from the checkpoint before `step`; `right` is the point without the reasons (`null`: the beginning). */
  | {
      readonly kind: 'stale-checkpoint';
      readonly step: string;
      readonly reasons: readonly string[];
      readonly right: string | null;
      readonly pause: string | undefined;
    }
  | { readonly kind: 'preflight' }
  | { readonly kind: 'support' }
  /** A host of the book; a new one without `id`. */
  | { readonly kind: 'host'; readonly id?: string };

/** A sentence at the bottom of the window; spoken as well. */
export interface Notice {
  readonly kind: 'done' | 'failed';
  readonly message: string;
  readonly hint?: string;
}

/** Typed text is kept for recovery this long after the last change, in milliseconds. */
const RECOVERY_DELAY = 1000;

/** What the window shows: the open document, the section, the dialog. One for the window. */
export class Workspace {
  readonly main: Main;
  document = $state.raw<ManifestDocument>();
  scripts = $state.raw(new Scripts([]));
  /** Builds of the open document. */
  readonly builds = new Builds(this);
  readonly hosts = new Hosts(this);
  readonly packages = new Packages(this);
  /** Everything that is wrong with the document: what its text says, and what its repositories say to it. */
  readonly problems: readonly ListedProblem[] = $derived.by(() => [
    ...(this.document?.problems ?? []),
    ...this.packages.problems,
  ]);
  /** What the window shows: designing the manifest, building it, or the manual. */
  view = $state<'compose' | 'build' | 'manual'>('compose');
  section = $state<SectionId>('overview');
  dialog = $state.raw<OpenDialog>();
  notice = $state.raw<Notice>();
  isConnected = $state(true);
  isBusy = $state(false);
  /** The step that the inspector shows. */
  selectedStep = $state(0);
  selectedScript = $state<string>();
  /** A place of the source that the XML editor shows next. */
  reveal = $state.raw<{ readonly start: number; readonly end: number }>();
  palette = $state.raw<readonly Finalizer[]>([]);
  templates = $state.raw<readonly Template[]>([]);
  /** The build host of the open document. */
  host = $state(THIS_COMPUTER);
  readonly target: Target = $derived({ path: this.document?.path ?? '', host: this.host });
  documentsFolder = $state('');
  carrier = $state<'electron' | 'browser'>('browser');
  /** Text for assistive technology. */
  spoken = $state('');
  #watching: AbortController | undefined;
  #saving: Promise<boolean> | undefined;
  #scriptsVersion = '';
  #recovery: ReturnType<typeof setTimeout> | undefined;

  constructor(main: Main) {
    this.main = main;
  }

  get isUnsaved(): boolean {
    return (this.document?.isUnsaved ?? false) || this.scripts.isUnsaved;
  }

  /**
   * Whether a build can be started. On another computer its area must be known: until then nothing could be offered but a build from the
   * beginning, which discards the checkpoints that may be there.
   */
  get canBuild(): boolean {
    const { document, builds, hosts } = this;
    return document?.loaded !== undefined && !builds.isStarting && (!hosts.isRemote || builds.area !== undefined);
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

  /** Asks main what it is, and opens what it was started with. */
  async start(): Promise<void> {
    await this.attempt(async () => {
      this.hosts.follow();
      const info = await this.main.app.info();
      this.documentsFolder = info.documentsFolder;
      this.carrier = info.carrier;
      [this.palette, this.templates] = await Promise.all([this.main.scripts.palette(), this.main.templates.list()]);
      if (info.startDocument !== undefined) await this.open(info.startDocument);
      const { message } = await this.main.hosts.trouble();
      if (message !== undefined) this.say({ kind: 'failed', message });
    });
  }

  /** Opens a manifest in place of the present one. Ask about unsaved work before (`guardUnsaved`). */
  async open(path: string): Promise<void> {
    await this.attempt(async () => {
      const opened = await this.main.documents.open({ path });
      this.packages.forget();
      this.document = new ManifestDocument(opened);
      this.scripts = new Scripts(opened.scripts);
      this.#scriptsVersion = opened.scriptsVersion;
      this.section = this.document.loaded ? 'overview' : 'xml';
      ({ host: this.host } = await this.main.hosts.chosen({ path: opened.path }));
      this.builds.follow(this.target);
      if (!this.document.loaded) this.view = 'compose';
      this.selectedStep = 0;
      this.selectedScript = undefined;
      this.notice = undefined;
      if (opened.recovery) this.dialog = { kind: 'recovery', ...opened.recovery };
      void this.#watch();
    });
  }

  /** Builds the open document on another host from now on; what runs on the present one goes on. */
  async chooseHost(host: string): Promise<void> {
    const { document } = this;
    if (!document || host === this.host) return;
    await this.attempt(async () => {
      await this.main.hosts.choose({ path: document.path, host });
      this.host = host;
      this.builds.follow(this.target);
    });
  }

  /** Opens a copy of a manifest that lies on a build host; it is built there. */
  async openFromHost(id: string, path: string): Promise<void> {
    await this.attempt(async () => {
      const copy = await this.main.hosts.openManifest({ id, path });
      await this.open(copy.path);
      this.say({ kind: 'done', message: `A copy is in ${this.document?.folder ?? ''}.` });
    });
  }

  /** Closes the document. Ask about unsaved work before. */
  close(): void {
    this.packages.forget();
    this.document = undefined;
    this.view = 'compose';
    this.builds.follow(undefined);
  }

  /** Runs what would lose unsaved work, after the person has decided about it. */
  guardUnsaved(then: () => void): void {
    if (this.isUnsaved) this.dialog = { kind: 'unsaved', then };
    else then();
  }

  /**
   * Saves manifest and scripts. `force` overwrites what somebody else has changed. Returns whether all is saved. Two at once would take each
   * other for somebody else: the second waits, and saves what is left.
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
    // Our own writing is no change on disk to ask about.
    this.#watching?.abort();
    const isSaved = await this.attempt(async () => {
      document.endGesture();
      const { source, path, encoding } = document;
      for (const [script, text] of this.scripts.drafts)
        this.scripts.wrote(await this.main.scripts.write({ document: path, path: script, text }));
      if (source !== document.savedSource || force) {
        const expected = force ? null : document.version;
        const { version } = await this.main.documents.save({ path, source, encoding, expected });
        document.markSaved(source, version);
      }
      clearTimeout(this.#recovery);
      await this.main.documents.forgetRecovery({ path });
      this.say({ kind: 'done', message: 'Saved' });
    });
    if (this.dialog?.kind !== 'changed-on-disk') void this.#watch();
    return isSaved;
  }

  async saveAs(path: string): Promise<void> {
    const { document } = this;
    if (!document) return;
    await this.attempt(async () => {
      const { source, encoding } = document;
      const saved = await this.main.documents.saveAs({ from: document.path, path, source, encoding });
      await this.main.documents.forgetRecovery({ path: document.path });
      await this.open(saved.path);
    });
  }

  /** Takes what is on disk now; what is in the window becomes one undo away. */
  async reload(): Promise<void> {
    const { document } = this;
    if (!document) return;
    await this.attempt(async () => {
      const opened = await this.main.documents.open({ path: document.path });
      document.replace('Reload from disk', opened.source);
      document.markSaved(opened.source, opened.version);
      this.scripts.replaceFiles(opened.scripts);
      this.#scriptsVersion = opened.scriptsVersion;
      void this.#watch();
    });
  }

  undo(): void {
    const label = this.document?.undo();
    if (label !== undefined) this.say({ kind: 'done', message: `Undid: ${label}` });
  }

  redo(): void {
    const label = this.document?.redo();
    if (label !== undefined) this.say({ kind: 'done', message: `Redid: ${label}` });
  }

  /** A script was made or changed by main. */
  async writeScript(path: string, text: string, executable?: boolean): Promise<ScriptFile | undefined> {
    const { document } = this;
    if (!document) return undefined;
    let written: ScriptFile | undefined;
    await this.attempt(async () => {
      written = await this.main.scripts.write({
        document: document.path,
        path,
        text,
        ...(executable !== undefined && { executable }),
      });
      this.scripts.wrote(written);
    });
    return written;
  }

  say(notice: Notice): void {
    this.notice = notice;
    this.spoken = notice.message;
  }

  /** Puts text on the clipboard, and says `message`. */
  async copy(text: string, message: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say({ kind: 'done', message });
    } catch {
      this.say({ kind: 'failed', message: 'The clipboard is not available.', hint: 'Select the text and copy it.' });
    }
  }

  /** Runs a call; a failure becomes a notice. Returns whether it went well. */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    this.isBusy = true;
    try {
      await work();
      return true;
    } catch (error) {
      this.failed(failureOf(error));
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  failed({ code, message, hint }: CallFailure): void {
    if (code === 'CONFLICT') this.dialog = { kind: 'changed-on-disk' };
    else this.say({ kind: 'failed', message, ...(hint !== undefined && { hint }) });
  }

  /** Keeps unsaved text safe from a crash; called when the text has changed. */
  scheduleRecovery(): void {
    clearTimeout(this.#recovery);
    const { document } = this;
    if (!document) return;
    const { path } = document;
    this.#recovery = setTimeout(() => {
      const { documents } = this.main;
      const scripts = Object.fromEntries(this.scripts.drafts);
      const kept = this.isUnsaved
        ? documents.keepForRecovery({ path, source: document.source, scripts })
        : documents.forgetRecovery({ path });
      void kept.catch(() => undefined);
    }, RECOVERY_DELAY);
  }

  /** Follows the files on disk until another document is opened. */
  async #watch(): Promise<void> {
    this.#watching?.abort();
    const watching = new AbortController();
    this.#watching = watching;
    const { document } = this;
    while (document && document === this.document && !watching.signal.aborted)
      try {
        const { path, version } = document;
        const change = await this.main.documents.nextChange(
          { path, version, scriptsVersion: this.#scriptsVersion },
          { signal: watching.signal },
        );
        if (watching.signal.aborted || document !== this.document) return;
        this.#scriptsVersion = change.scriptsVersion;
        this.scripts.replaceFiles(change.scripts);
        if (change.version === version) continue;
        if (change.version === undefined) {
          this.say({
            kind: 'failed',
            message: 'The manifest was removed from the disk.',
            hint: 'Save to write it again.',
          });
          return;
        }
        if (document.isUnsaved) {
          this.dialog = { kind: 'changed-on-disk' };
          return;
        }
        await this.reload();
        return;
      } catch {
        return; // the connection ended, or this watch was replaced
      }
  }
}
