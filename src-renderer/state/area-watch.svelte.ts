import type { AreaView, Line } from '../../src-shared/rpc/builds';
import type { Target } from '../../src-shared/rpc/common';
import { failureOf, type Main } from '../rpc';
import type { DocumentSession } from './document-session.svelte';
import { EditedArea } from './edited-area.svelte';
import type { RunList } from './run-list.svelte';

/** Follows the build area of the open document. It has the area of the saved files, and the area for the edits as they are on screen. */
export class AreaWatch {
  /** The area for the saved files; `undefined` before the host's first answer. */
  saved = $state.raw<AreaView>();
  /** Why the area cannot be read now. */
  trouble = $state.raw<{ readonly message: string; readonly hint?: string | undefined }>();
  /** Set from the start of a save until the area was read again. Meanwhile the area that the window showed before the save counts. */
  #outdated = $state.raw<{ readonly shown: AreaView | undefined }>();
  readonly #edited: EditedArea;
  readonly #main: Main;
  readonly #session: DocumentSession;
  readonly #runs: RunList;
  readonly #onLines: (lines: readonly Line[]) => void;
  #refreshing: Promise<AreaView> | undefined;
  #watching: AbortController | undefined;

  readonly #present = $derived.by((): { readonly area: AreaView; readonly isKnown: boolean } | undefined => {
    const { saved } = this;
    if (!saved) return undefined;
    if (this.#runs.live) return { area: saved, isKnown: true };
    const shown = this.#session.isUnsaved ? this.#edited.of(saved) : this.#outdated ? this.#outdated.shown : saved;
    return { area: shown ?? this.#edited.last(saved) ?? saved, isKnown: shown !== undefined };
  });

  constructor(main: Main, session: DocumentSession, runs: RunList, onLines: (lines: readonly Line[]) => void) {
    this.#main = main;
    this.#session = session;
    this.#runs = runs;
    this.#onLines = onLines;
    this.#edited = new EditedArea(main, session);
  }

  /** The area for the edits as they are on screen, perhaps for an earlier edit; `undefined` before the host's first answer. */
  get present(): AreaView | undefined {
    return this.#present?.area;
  }

  /** The same, only while it is known what the edits do. */
  get known(): AreaView | undefined {
    return this.#present?.isKnown ? this.#present.area : undefined;
  }

  /** Asks the host about the edits, soon. Call it in an effect. */
  scheduleEdited(): void {
    this.#edited.schedule(this.#runs.live ? undefined : this.saved);
  }

  /** Called before a save: what the window shows stays until the area was read again. */
  keepDecision(): void {
    this.#outdated = { shown: this.known };
  }

  /** Reads the area again. Throws what the host reports. */
  async refresh(): Promise<AreaView> {
    const { target } = this.#session;
    const reading = (this.#refreshing ??= this.#main.builds.area(target).finally(() => (this.#refreshing = undefined)));
    try {
      const area = await reading;
      if (target === this.#session.target) this.saved = area;
      return area;
    } finally {
      if (target === this.#session.target) this.#outdated = undefined;
    }
  }

  /** Follows the area and the runs of a manifest, and no longer those of the one before. */
  follow(target: Target | undefined): void {
    this.#watching?.abort();
    this.saved = undefined;
    this.trouble = undefined;
    this.#outdated = undefined;
    this.#refreshing = undefined;
    this.#runs.reset();
    if (target === undefined) return;
    this.#watching = new AbortController();
    void this.#watch(target, this.#watching.signal);
  }

  async #watch(target: Target, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of await this.#main.builds.watch(target, { signal })) {
        if (signal.aborted) return;
        if (event.kind === 'area') {
          this.saved = event.area;
          this.trouble = undefined;
          this.#runs.endPast();
        } else if (event.kind === 'trouble') this.trouble = event.trouble;
        else if (event.kind === 'lines') this.#onLines(event.lines);
        else this.#runs.update(event.runs);
      }
    } catch (error) {
      if (!signal.aborted) this.trouble = failureOf(error);
    }
  }
}
