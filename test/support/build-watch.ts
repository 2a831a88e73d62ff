import type { BuildServices } from '../../src-main/rpc/services';
import type { AreaView, Line } from '../../src-shared/rpc/builds';
import type { RunView } from '../../src-shared/runs/run-view';

/** A test that waits longer than this fails with the state that the window has. */
const TIMEOUT_MS = 240_000;
/** Of the last run, in the message of a failure. */
const MAX_LOG_LINES = 20;

/** The state of a window that watches a manifest's builds, and a way to wait for a state. */
export class BuildWatch {
  area: AreaView | undefined;
  readonly runs = new Map<string, RunView>();
  /** The line of the build data first. */
  lines: readonly Line[] = [];
  trouble: string | undefined;
  /** The number of `area` events. */
  looks = 0;
  /** The kind and the content of every event, in order. */
  readonly states: string[] = [];
  readonly #ending = new AbortController();
  readonly #wake = new Set<() => void>();
  #failure: unknown;

  constructor(
    readonly services: BuildServices,
    readonly path: string,
  ) {
    void this.#read().catch((error: unknown) => {
      this.#failure = error;
      for (const wake of this.#wake) wake();
    });
  }

  async #read(): Promise<void> {
    for await (const event of await this.services.builds.watch({ path: this.path }, { signal: this.#ending.signal })) {
      if (event.kind === 'area') {
        [this.area, this.trouble] = [event.area, undefined];
        this.looks++;
      } else if (event.kind === 'runs') {
        for (const run of event.runs) {
          this.runs.set(run.run, run);
          this.states.push(`${run.state} ${run.steps.map(({ step, outcome }) => `${step}:${outcome}`).join(' ')}`);
        }
      } else if (event.kind === 'lines') this.lines = event.lines;
      else this.trouble = event.trouble.message;
      for (const wake of this.#wake) wake();
    }
  }

  /** The newest run. */
  get last(): RunView | undefined {
    return [...this.runs.values()].sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0)).at(-1);
  }

  /** Resolves with the first result of `find` that is not `undefined`. */
  async until<T>(find: (watch: this) => T | undefined | false): Promise<T> {
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      for (const wake of this.#wake) wake();
    }, TIMEOUT_MS);
    try {
      for (;;) {
        if (this.#failure) throw this.#failure;
        const found = find(this);
        if (found !== undefined && found !== false) return found;
        if (isLate) throw new Error(`${find.toString()} did not become true. ${await this.#described()}`);
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            this.#wake.delete(wake);
            resolve();
          };
          this.#wake.add(wake);
        });
      }
    } finally {
      clearTimeout(limit);
    }
  }

  async #described(): Promise<string> {
    const { area, last, looks, states, trouble } = this;
    const log = last && (await this.#logOf(last.run).catch(String));
    return JSON.stringify({ trouble, log, looks, states: states.slice(-5), last, area }, undefined, 1);
  }

  /** The last lines of a run's log. */
  async #logOf(run: string): Promise<string[]> {
    const { lines } = await this.services.logs.grown({ path: this.path, run, have: -1 }, {});
    const from = Math.max(0, lines - MAX_LOG_LINES);
    const read = await this.services.logs.read({ path: this.path, run, from, count: MAX_LOG_LINES }, {});
    return read.map(({ text }) => text);
  }

  end(): void {
    this.#ending.abort();
  }
}
