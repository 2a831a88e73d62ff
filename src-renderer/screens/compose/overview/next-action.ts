import type { EditSince } from '../../../../src-shared/document/edits-since';
import { plural, roughDuration } from '../../../../src-shared/format';
import type { RunView } from '../../../../src-shared/runs/run-view';

/** A step of the area, as far as the next action depends on it. */
export interface ActionStep {
  readonly step: string;
  readonly expectedSeconds: number | null;
  readonly freshness: { readonly kind: string } | null;
}

/** What the next action depends on. */
export interface ActionFacts {
  readonly errors: number;
  /** Message of the first error. */
  readonly firstError?: string | undefined;
  /** The running run, otherwise the newest. */
  readonly last: RunView | undefined;
  readonly number: number | undefined;
  readonly steps: readonly ActionStep[];
  /** The step to resume from; `null`: from the beginning; `undefined`: not known yet. */
  readonly suggested: string | null | undefined;
  /** Edits since the last build, of the manifest and of scripts; `undefined` when they are not known. */
  readonly edits: readonly Pick<EditSince, 'firstStep'>[] | undefined;
  /** Whether a build would have nothing to do; `undefined` until that is known. */
  readonly isCurrent: boolean | undefined;
  /** An image that can be booted here and has no verdict. */
  readonly untested?: string | undefined;
}

/** The next action of the overview: a sentence, its explanation, and what the button does. */
export interface NextAction {
  readonly tone: 'accent' | 'ok' | 'warn' | 'bad';
  readonly title: string;
  readonly detail: string;
  /** `none`: there is nothing to do. */
  readonly button: 'problem' | 'timeline' | 'build' | 'boot' | 'none';
}

/** Returns the next action after the first build; `undefined` before it. */
export function nextAction(facts: ActionFacts): NextAction | undefined {
  const { errors, last, number, isCurrent, untested } = facts;
  if (last?.state === 'running') return running(last);
  if (errors > 0)
    return {
      tone: 'bad',
      title: errors === 1 ? '1 error prevents a build' : `${errors} errors prevent a build`,
      detail: facts.firstError ?? '',
      button: 'problem',
    };
  if (!last) return undefined;
  const ended = endedEarly(last, number ?? 0);
  if (ended) return { ...ended, detail: resumeText(facts), button: 'build' };
  if (isCurrent === true)
    return untested === undefined
      ? {
          tone: 'ok',
          title: 'Up to date',
          detail: `Nothing that a step reads has changed since run ${number}.`,
          button: 'none',
        }
      : {
          tone: 'ok',
          title: 'Up to date',
          detail: `Nothing that a step reads has changed since run ${number}. ${untested} has not been tested.`,
          button: 'boot',
        };
  if (isCurrent === undefined || facts.suggested === undefined)
    return {
      tone: 'accent',
      title: `Run ${number} succeeded`,
      detail: 'Checking what has changed since…',
      button: 'build',
    };
  return { tone: 'accent', title: staleText(facts), detail: resumeText(facts), button: 'build' };
}

function running(run: RunView): NextAction {
  const step = run.steps.at(-1);
  const planned = run.planned.filter(({ kept }) => !kept).length;
  const at = run.steps.length;
  const detail = step && planned > 0 ? `Step ${Math.min(at, planned)} of ${planned}: \`${step.step}\`` : 'Starting…';
  return { tone: 'accent', title: 'A build is running', detail, button: 'timeline' };
}

function endedEarly(run: RunView, number: number): Pick<NextAction, 'tone' | 'title'> | undefined {
  const step = run.steps.at(-1)?.step;
  if (run.problem !== undefined) return { tone: 'warn', title: `The log of run ${number} cannot be read` };
  const inStep = step === undefined ? ' before its first step' : ` in ${step}`;
  switch (run.state) {
    case 'failed':
      return { tone: 'bad', title: `Run ${number} failed${inStep}` };
    case 'interrupted':
      return { tone: 'bad', title: `Run ${number} was interrupted${inStep}` };
    case 'cancelled':
      return { tone: 'warn', title: `Run ${number} was stopped${inStep}` };
    case 'paused':
      return { tone: 'warn', title: `Run ${number} is paused before ${run.pausedBefore ?? ''}` };
    default:
      return undefined;
  }
}

function staleText({ edits = [], steps }: ActionFacts): string {
  const counted = edits.filter(({ firstStep }) => firstStep !== undefined);
  const stale = steps.findIndex(({ freshness }) => freshness?.kind === 'stale');
  // A stale checkpoint lies after the step that would run differently.
  const first = Math.min(...counted.map(({ firstStep }) => firstStep ?? Infinity), stale < 0 ? Infinity : stale - 1);
  if (first === Infinity) return 'Not everything is known about the last build';
  const count = `${steps.length - first} of ${plural(steps.length, 'step')} stale`;
  return counted.length === 0
    ? `Changes since the last build make ${count}`
    : `${plural(counted.length, 'edit')} since the last build ${counted.length === 1 ? 'makes' : 'make'} ${count}`;
}

/** What a build does that the main button starts. */
export function resumeText({ steps, suggested }: Pick<ActionFacts, 'steps' | 'suggested'>): string {
  if (suggested === undefined || steps.length === 0) return '';
  const from = suggested === null ? 0 : steps.findIndex(({ step }) => step === suggested);
  const runs = steps.slice(from);
  const seconds = runs.reduce<number | null>(
    (sum, { expectedSeconds: one }) => (sum === null || one === null ? null : sum + one),
    0,
  );
  const time = seconds === null ? '' : ` and takes about ${roughDuration(seconds)}`;
  if (suggested === null) return `A build runs all ${plural(steps.length, 'step')}${time}.`;
  const kept =
    from <= 2
      ? steps
          .slice(0, from)
          .map(({ step }) => step)
          .join(' and ')
      : plural(from, 'step');
  return `Resuming from \`${suggested}\` ${kept === '' ? '' : `keeps ${kept}, `}runs ${plural(runs.length, 'step')}${time}.`;
}
