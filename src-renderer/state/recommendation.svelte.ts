import type { PlanAnswer } from '../../src-shared/engine-answers/plan';
import type { AreaView, BuildChoice } from '../../src-shared/rpc/builds';
import { suggestedStart } from '../../src-shared/checkpoints/suggest';
import type { RunView } from '../../src-shared/runs/run-view';
import type { Column } from '../../src-shared/timeline/timeline';
import { keepsLine } from './keeps-line';
import type { Advice } from './line-advice.svelte';
import type { Lines } from './lines.svelte';

/** What a recommendation depends on. */
interface Facts {
  readonly columns: readonly Column[];
  readonly runs: readonly RunView[];
  readonly last: RunView | undefined;
  readonly area: AreaView | undefined;
  /** The area, only while it is known what the edits do. */
  readonly knownArea: AreaView | undefined;
  readonly savedArea: AreaView | undefined;
  readonly pauseNext: string | undefined;
  readonly lines: Lines;
  titled(action: string): string;
}

/** What the main button does with the edits as they are on screen. */
export class Recommendation {
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** The title of the main button. While it is not known what to do, it names no step. */
  get title(): string {
    return this.#facts.titled(this.#action);
  }

  get #action(): string {
    const { lines } = this.#facts;
    const advice = this.#advised;
    if (advice?.kind === 'switch') return `Switch to ${lines.titleOf(advice.line)}: nothing to run`;
    if (advice?.kind === 'fork') return `Resume from ${advice.step} of ${lines.titleOf(advice.line)}`;
    const step = (advice?.kind === 'resume' ? advice.step : this.step) ?? undefined;
    if (step === undefined) return 'Build';
    return this.#isComplete(step) ? `Build again (from ${step})` : `Resume from ${step}`;
  }

  /** Whether the main button switches to another line, where nothing has to run. */
  get isSwitch(): boolean {
    return this.#advised?.kind === 'switch';
  }

  /** The recommended step to resume from; `null` is the beginning, `undefined` means not known yet. */
  get step(): string | null | undefined {
    const { knownArea, columns, pauseNext } = this.#facts;
    if (!knownArea) return undefined;
    const pause = columns.find(({ step }) => step === pauseNext)?.index ?? Infinity;
    return suggestedStart(knownArea.steps.filter(({ index }) => index < pause));
  }

  /** What `build --continue` would do with the edits as they are on screen; `undefined` with one line, and while it is not known. */
  get plan(): PlanAnswer | undefined {
    const { lines, savedArea } = this.#facts;
    return lines.advice.of(savedArea, lines.all);
  }

  /**
   * Whether a checkpoint of a parked line is what a build would make now. Known of the line that the engine recommends only. Others
   * are not compared.
   */
  isParkedCurrent(line: string, step: string): boolean {
    const advice = this.plan?.advice;
    if (advice?.line !== line) return false;
    if (advice.kind === 'switch') return true;
    const at = (name: string | null): number => this.#facts.columns.findIndex((column) => column.step === name);
    return advice.kind === 'fork' && at(step) <= at(advice.step);
  }

  /** Whether a build keeps the present state as a line. Without `resume` it is from the beginning. */
  keepsPresent(resume: string | undefined): boolean {
    const { area, columns, runs, lines } = this.#facts;
    if (area?.noLines !== undefined) return false;
    const run = [...runs].reverse().find(({ line }) => line === undefined || line === lines.active?.id);
    return keepsLine({
      steps: columns.map(({ step }) => step),
      checkpoints: columns.flatMap(({ step, snapshot }) => (snapshot ? [step] : [])),
      // A build that runs will have a result before a queued one starts.
      isFinished: run?.state === 'done' || run?.state === 'running',
      resume,
    });
  }

  /**
   * The recommended build. One that repeats what is current keeps no line, because the line would be equal.
   *
   * @param advice what the engine advises for the saved files; missing with one line
   */
  choice(advice: Advice | undefined): BuildChoice {
    if (advice?.kind === 'fork') return { resume: advice.step ?? undefined, line: advice.line, fork: true };
    const resume = (advice?.kind === 'resume' ? advice.step : this.step) ?? undefined;
    const isRepeated = advice?.kind === 'nothing' || (resume !== undefined && this.#isComplete(resume));
    return { resume, fork: !isRepeated && this.keepsPresent(resume) };
  }

  /** What to do over all lines, with the edits as they are on screen. Missing with one line, and while it is not known. */
  get #advised(): Advice | undefined {
    return this.#facts.pauseNext === undefined ? this.plan?.advice : undefined;
  }

  /** Whether the last run has built everything, and a build from this step repeats only the last one. */
  #isComplete(step: string): boolean {
    const { last, pauseNext, area } = this.#facts;
    return last?.state === 'done' && pauseNext === undefined && area?.steps.at(-1)?.step === step;
  }
}
