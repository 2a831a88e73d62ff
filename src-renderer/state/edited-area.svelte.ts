import type { AreaStep, AreaView } from '../../src-shared/rpc/builds';
import type { Main } from '../rpc';
import { ASK_DEBOUNCE_MS, DelayedQuestion } from './delayed-question';
import type { DocumentSession } from './document-session.svelte';

/** The build area as it would be if a text were saved. */
interface Known {
  readonly path: string;
  readonly host: string;
  readonly source: string;
  /** The checkpoints of the saved area that it was asked with. */
  readonly saved: AreaView;
  readonly area: AreaView;
}

/**
 * The build area for the edits as they are on screen. The host answers for the text of the manifest. Edits of scripts are added here,
 * because they make the checkpoints after their steps stale.
 */
export class EditedArea {
  #known = $state.raw<Known>();
  readonly #main: Main;
  readonly #session: DocumentSession;
  readonly #question = new DelayedQuestion();

  constructor(main: Main, session: DocumentSession) {
    this.#main = main;
    this.#session = session;
  }

  /** Returns the area for the unsaved edits; `undefined` until it is known. */
  of(saved: AreaView): AreaView | undefined {
    const { document, scripts } = this.#session;
    const base = document?.isUnsaved ? this.#answerFor(saved) : saved;
    return base && withDrafts(base, this.#stepScripts, [...scripts.drafts.keys()]);
  }

  /** The last answer for these checkpoints, perhaps for an earlier text. */
  last(saved: AreaView): AreaView | undefined {
    const { path, host } = this.#session.target;
    const known = this.#known;
    return known?.path === path && known.host === host && known.saved === saved ? known.area : undefined;
  }

  /** Asks soon when the text is unsaved and not known. Call it in an effect. */
  schedule(saved: AreaView | undefined): void {
    const { document, target } = this.#session;
    const isAsked = saved && document?.isUnsaved && !document.syntaxError && document.loaded;
    if (!isAsked || this.#answerFor(saved)) {
      this.#question.drop();
      return;
    }
    const { source } = document;
    this.#question.ask(
      [target.host, target.path, source, saved],
      ASK_DEBOUNCE_MS,
      // A text that the host cannot read is reported by the validation and by the start.
      (signal) => this.#main.builds.editedArea({ ...target, source }, { signal }).catch(() => undefined),
      (area) => {
        if (area) this.#known = { ...target, source, saved, area };
      },
    );
  }

  get #stepScripts(): readonly (string | undefined)[] {
    return this.#session.document?.loaded?.manifest.steps.map(({ script }) => script) ?? [];
  }

  #answerFor(saved: AreaView): AreaView | undefined {
    return this.#known?.source === this.#session.document?.source ? this.last(saved) : undefined;
  }
}

/**
 * Adds edited scripts: the checkpoints after the first step that runs one are stale. Returns `undefined` for a file that no step runs,
 * because the steps that read it are not known here.
 */
function withDrafts(
  area: AreaView,
  scripts: readonly (string | undefined)[],
  drafts: readonly string[],
): AreaView | undefined {
  const edited = drafts.map((draft) => scripts.indexOf(draft));
  if (edited.includes(-1)) return undefined;
  const first = Math.min(...edited);
  const script = scripts[first];
  const step = area.steps[first];
  if (script === undefined || !step) return area;
  const reasons = [`\`${step.step}\`: its script ${script} was edited`];
  const asStale = (one: AreaStep): AreaStep => {
    if (one.index <= first || !one.snapshot || one.freshness?.kind === 'stale') return one;
    return { ...one, freshness: { kind: 'stale', step: step.step, reasons } };
  };
  return { ...area, steps: area.steps.map(asStale) };
}
