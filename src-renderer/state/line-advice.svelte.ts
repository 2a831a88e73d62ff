import type { PlanAnswer } from '../../src-shared/engine-answers/plan';
import type { AreaView, Line } from '../../src-shared/rpc/builds';
import type { Main } from '../rpc';
import { ASK_DEBOUNCE_MS, DelayedQuestion } from './delayed-question';
import type { DocumentSession } from './document-session.svelte';

/** What to do over all lines: nothing, switch, resume, fork, or build. */
export type Advice = NonNullable<PlanAnswer['advice']>;

/** What an answer depends on. */
interface Asked {
  readonly path: string;
  readonly host: string;
  /** Missing for the saved file. */
  readonly source: string | undefined;
  readonly area: AreaView;
  readonly lines: readonly Line[];
}

/** What the engine would best do with the edits as they are on screen, over all lines of the area. */
export class LineAdvice {
  #known = $state.raw<Asked & { readonly plan: PlanAnswer }>();
  readonly #main: Main;
  readonly #session: DocumentSession;
  readonly #question = new DelayedQuestion();

  constructor(main: Main, session: DocumentSession) {
    this.#main = main;
    this.#session = session;
  }

  /** The plan for the edits as they are on screen; `undefined` until it is known, and while scripts have unsaved edits. */
  of(area: AreaView | undefined, lines: readonly Line[]): PlanAnswer | undefined {
    const now = this.#now(area, lines);
    const known = this.#known;
    return now && known && isSame(now, known) ? known.plan : undefined;
  }

  /** Asks soon when the plan is not known. Call it in an effect. */
  schedule(area: AreaView | undefined, lines: readonly Line[]): void {
    const now = this.#now(area, lines);
    const isAnswered = this.#known?.area === area && this.of(area, lines) !== undefined;
    if (!now || isAnswered || this.#session.document?.syntaxError) {
      this.#question.drop();
      return;
    }
    const { path, host, source } = now;
    const choice = { path, host, ...(source !== undefined && { source }) };
    this.#question.ask(
      [path, host, source, area, lines],
      source === undefined ? 0 : ASK_DEBOUNCE_MS,
      // A text that the host cannot read is reported by the validation and by the start.
      (signal) => this.#main.builds.plan(choice, { signal }).catch(() => undefined),
      (plan) => {
        if (plan) this.#known = { ...now, plan };
      },
    );
  }

  /** The advice for the saved files. Throws what the host reports. */
  async ofSaved(): Promise<Advice | undefined> {
    return (await this.#main.builds.plan(this.#session.target)).advice;
  }

  #now(area: AreaView | undefined, lines: readonly Line[]): Asked | undefined {
    const { document, scripts, target } = this.#session;
    if (!area || !document || lines.length < 2 || scripts.drafts.size > 0) return undefined;
    return { ...target, source: document.isUnsaved ? document.source : undefined, area, lines };
  }
}

/** Whether an answer counts for both. The area is read again and again, mostly without a change. */
function isSame(a: Asked, b: Asked): boolean {
  const isSameText = a.path === b.path && a.host === b.host && a.source === b.source;
  return isSameText && a.lines === b.lines && (a.area === b.area || stateOf(a.area) === stateOf(b.area));
}

const stateOf = ({ steps }: AreaView): string =>
  JSON.stringify(steps.map(({ step, snapshot, freshness }) => [step, snapshot?.id, snapshot?.takenAt, freshness]));
