import type { RunView } from '../../src-shared/runs/run-view';

/** Runs of the build area as main reports them, and the ends of those that the window follows. */
export class RunList {
  /** In the order in which they came, and not by the clock of the host, which may have been set back. */
  all = $state.raw<readonly RunView[]>([]);
  /** Seconds since the epoch. It advances while a running build is shown. */
  now = $state(Date.now() / 1000);
  /** Set at the first answer of the host about the area. Runs that are reported before it belong to the past. */
  #isPastKnown = false;
  #isHeld = false;
  /** Runs that ended while ends were held. */
  #held: RunView[] = [];
  readonly #onEnd: (run: RunView) => void;

  /** `onEnd` is called once for each run that ends from now on. */
  constructor(onEnd: (run: RunView) => void) {
    this.#onEnd = onEnd;
  }

  get live(): RunView | undefined {
    return [...this.all].reverse().find(({ state }) => state === 'running');
  }

  /** The running run, otherwise the newest. A run that began after the host's clock was set back may be before others. */
  get last(): RunView | undefined {
    return this.live ?? this.all.at(-1);
  }

  /** Called when another document or host is shown. */
  reset(): void {
    this.all = [];
    this.#isPastKnown = false;
    this.#held = [];
  }

  /** Called when the host has answered about the area: every run that ends from now on is reported. */
  endPast(): void {
    this.#isPastKnown = true;
  }

  tick(): void {
    this.now = Date.now() / 1000;
  }

  /** Adds new runs and new states of runs. */
  update(news: readonly RunView[]): void {
    this.tick();
    const runs = new Map(this.all.map((run) => [run.run, run]));
    // A short run may have ended before it was seen running.
    const ended = news.filter((run) => {
      const before = runs.get(run.run);
      return run.state !== 'running' && (before ? before.state === 'running' : this.#isPastKnown);
    });
    for (const run of news) runs.set(run.run, run);
    this.all = [...runs.values()];
    this.#held.push(...ended);
    if (!this.#isHeld) this.#report();
  }

  /** Ends of runs are reported when `action` has ended: a start is answered before its run ends. */
  async holdEnds(action: () => Promise<void>): Promise<void> {
    this.#isHeld = true;
    try {
      await action();
    } finally {
      this.#isHeld = false;
      this.#report();
    }
  }

  #report(): void {
    for (const run of this.#held.splice(0)) this.#onEnd(run);
  }
}
