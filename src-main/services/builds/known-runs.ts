import type { BuildEvent } from '../../../src-shared/rpc/builds';
import type { RunView } from '../../../src-shared/runs/run-view';

/** The runs of an area that a session knows, in the order in which it learned of them. */
export class KnownRuns {
  readonly #runs = new Map<string, RunView>();
  #isPastKnown = false;

  all(): RunView[] {
    return [...this.#runs.values()];
  }

  /** One `runs` event with all runs; none when there are none. */
  events(): BuildEvent[] {
    return this.#runs.size === 0 ? [] : [{ kind: 'runs', runs: this.all() }];
  }

  get(run: string): RunView | undefined {
    return this.#runs.get(run);
  }

  /** The run that holds the area now. */
  get live(): RunView | undefined {
    return this.all()
      .reverse()
      .find(({ state }) => state === 'running');
  }

  /** Runs that are added from now on are new. */
  endPast(): void {
    this.#isPastKnown = true;
  }

  /**
   * Adds or replaces runs. Returns those that differ from before, and those of them that began, continued or ended while the session
   * watched. A short run may have ended before it was seen running.
   */
  set(runs: readonly RunView[]): { readonly changed: readonly RunView[]; readonly news: readonly RunView[] } {
    const changed = runs.filter((run) => this.#runs.get(run.run) !== run);
    const news = changed.filter(
      ({ run }) => this.#runs.get(run)?.state === 'running' || (this.#isPastKnown && !this.#runs.has(run)),
    );
    for (const run of changed) this.#runs.set(run.run, run);
    return { changed, news };
  }
}
