import { editsSince, type EditSince } from '../../src-shared/document/edits-since';
import { Readers, type StepReads } from '../../src-shared/document/readers';
import type { PlanAnswer } from '../../src-shared/engine-answers/plan';
import { interpretManifest, type InterpretedManifest } from '../../src-shared/manifest/interpret';
import { ManifestSyntaxError } from '../../src-shared/manifest/parse';
import type { Main } from '../rpc';
import type { Builds } from './builds.svelte';
import { ASK_DEBOUNCE_MS, DelayedQuestion } from './delayed-question';
import type { DocumentSession } from './document-session.svelte';

/** The records of the last build. */
interface Built {
  /** The value of `SinceBuild.#key` that they belong to. */
  readonly key: string;
  readonly reads: readonly StepReads[];
  /** The manifest that it built; missing without a copy. */
  readonly manifest?: InterpretedManifest | undefined;
}

/** What a build of a text would do. */
interface Planned {
  /** The value of `SinceBuild.#planKey` that it belongs to. */
  readonly key: string;
  readonly source: string;
  readonly advice: PlanAnswer['advice'];
}

/** The last build compared with the document on screen: which values its steps have read, and the edits since. */
export class SinceBuild {
  #built = $state.raw<Built>();
  #planned = $state.raw<Planned>();
  readonly #main: Main;
  readonly #session: DocumentSession;
  readonly #builds: Builds;
  readonly #readingBuilt = new DelayedQuestion();
  readonly #planning = new DelayedQuestion();

  constructor(main: Main, session: DocumentSession, builds: Builds) {
    this.#main = main;
    this.#session = session;
    this.#builds = builds;
  }

  /** The newest checkpoint: its copy of the manifest is what was built. */
  readonly #checkpoint = $derived.by(() =>
    [...this.#builds.columns].reverse().find(({ snapshot }) => snapshot !== null),
  );

  /** Identifies the last build; `undefined` before the first one, and while one runs. */
  readonly #key = $derived.by(() => {
    const { runs, live } = this.#builds;
    if (live || runs.length === 0 || !this.#session.document) return undefined;
    const { host, path } = this.#session.target;
    const { step, snapshot } = this.#checkpoint ?? {};
    return JSON.stringify([host, path, runs.at(-1)?.run, step, snapshot?.takenAt]);
  });

  /** Identifies what a plan depends on beside the text: the last build, and the scripts and other inputs, which any program can edit. */
  readonly #planKey = $derived.by(() =>
    this.#key === undefined
      ? undefined
      : JSON.stringify([this.#key, ...this.#builds.columns.map(({ step, freshness }) => [step, freshness])]),
  );

  readonly #current = $derived.by(() => (this.#built?.key === this.#key ? this.#built : undefined));

  /** The number of the run that built the manifest of `edits`. */
  get runNumber(): number | undefined {
    const { lanes, last } = this.#builds;
    const run = this.#checkpoint?.run ?? last?.run;
    return lanes.find((lane) => lane.run.run === run)?.number;
  }

  /** What the steps have read when they last ran; empty before the first build. */
  get reads(): readonly StepReads[] {
    return this.#current?.reads ?? [];
  }

  /** The readers of each value of the document; `undefined` before anything is recorded. */
  readonly readers = $derived.by(() => {
    const root = this.#session.document?.loaded?.defaulted.root;
    return root && this.reads.length > 0 ? new Readers(root, this.reads) : undefined;
  });

  /** The edits of the manifest since the last build; `undefined` when that is not known. */
  readonly edits = $derived.by((): readonly EditSince[] | undefined => {
    const loaded = this.#session.document?.loaded;
    const before = this.#current?.manifest;
    if (!loaded || !before) return undefined;
    const edits = editsSince(before, loaded, this.reads);
    // The engine compares values with those that each step has read. The copy of a checkpoint can be older than that.
    return this.isCurrent === true ? edits.filter(({ firstStep }) => firstStep === undefined) : edits;
  });

  /** Whether a build would have nothing to do; `undefined` until the host has answered for the text on screen. */
  get isCurrent(): boolean | undefined {
    const planned = this.#planned;
    if (planned?.key !== this.#planKey || planned?.source !== this.#session.document?.source) return undefined;
    if (planned?.advice === undefined) return false;
    return planned.advice.kind === 'nothing' && this.#session.scripts.drafts.size === 0;
  }

  /** Asks the host soon for what is not known. Call it in an effect. */
  schedule(): void {
    const key = this.#key;
    const planKey = this.#planKey;
    const { document } = this.#session;
    const source = document?.source;
    const isPlanned = this.isCurrent !== undefined;
    const isAsked = key !== undefined && source !== undefined && this.#builds.area !== undefined;
    if (!isAsked || this.#current) this.#readingBuilt.drop();
    else
      this.#readingBuilt.ask(
        [key],
        0,
        (signal) => this.#readBuilt(signal),
        (built) => (this.#built = { key, ...built }),
      );
    if (!isAsked || isPlanned || document?.syntaxError) {
      this.#planning.drop();
      return;
    }
    const { target } = this.#session;
    this.#planning.ask(
      [planKey, source],
      document?.isUnsaved ? ASK_DEBOUNCE_MS : 0,
      (signal) => this.#main.builds.plan({ ...target, source }, { signal }).catch(() => undefined),
      (plan) => (this.#planned = { key: planKey ?? '', source, advice: plan?.advice }),
    );
  }

  async #readBuilt(signal: AbortSignal): Promise<Omit<Built, 'key'>> {
    const { target } = this.#session;
    const step = this.#checkpoint?.step;
    // A host without records has none of them. The build screen reports one that cannot be reached.
    const [reads, source] = await Promise.all([
      this.#main.builds.stepReads(target, { signal }).then(
        (answer) => answer.steps,
        () => [],
      ),
      step === undefined
        ? undefined
        : this.#main.inside.manifest({ ...target, step }, { signal }).then(
            (answer) => answer.source,
            () => undefined,
          ),
    ]);
    return { reads, manifest: source === undefined ? undefined : parsed(source) };
  }
}

/** A copy of a manifest that another program has damaged is no manifest. */
function parsed(source: string): InterpretedManifest | undefined {
  try {
    return interpretManifest(source, { now: new Date() });
  } catch (error) {
    if (error instanceof ManifestSyntaxError) return undefined;
    throw error;
  }
}
