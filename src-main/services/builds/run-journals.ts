import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import { interrupted, newRun, type RunView } from '../../../src-shared/runs/run-view';
import { inBackground } from '../../async/guard';
import { SerialQueue } from '../../async/serial-queue';
import type { BuildHost } from '../../build-hosts/build-host';
import type { FollowedJournals } from '../../journals/followed-journal';
import type { AreaWatch } from './area-watch';
import type { KnownRuns } from './known-runs';
import { RunFold } from './run-fold';

/** Pause between two reads while a build writes without one: short enough that an eye does not notice. */
const DEBOUNCE_MS = 40;
/** A running build that has written nothing for this long may have been killed, so its lock is checked. */
const IDLE_TIMEOUT_MS = 3000;
/** The shortest interval between two questions to the engine while a build runs, because each takes a process. */
const STATUS_INTERVAL_MS = 2000;

/** Follows the journals of an area's runs. */
export class RunJournals {
  readonly #host: BuildHost;
  readonly #journals: FollowedJournals;
  readonly #runs: KnownRuns;
  readonly #area: AreaWatch;
  readonly #onRuns: (runs: readonly RunView[]) => void;
  readonly #folds = new Map<string, RunFold>();
  readonly #reads = new SerialQueue();
  #grewAtMs = 0;

  /** @param onRuns called with runs that may have changed */
  constructor(
    host: BuildHost,
    journals: FollowedJournals,
    runs: KnownRuns,
    area: AreaWatch,
    onRuns: (runs: readonly RunView[]) => void,
  ) {
    this.#host = host;
    this.#journals = journals;
    this.#runs = runs;
    this.#area = area;
    this.#onRuns = onRuns;
  }

  /** Whether the journal of a run is being followed. */
  isFollowed(run: string): boolean {
    return this.#folds.has(run);
  }

  /** Stops following a run, which has ended. */
  close(run: string): void {
    this.#folds.get(run)?.close();
    this.#folds.delete(run);
  }

  /** Reads what the journals have new. One reader at a time, so that each record counts once. */
  read(): Promise<void> {
    return this.#reads.add(() => this.#read());
  }

  /**
   * Reads at each change, until the signal aborts. Waits for the host and for the area before.
   *
   * @param onRead called after each read
   */
  async follow(signal: AbortSignal, onRead: () => void): Promise<void> {
    while (!signal.aborted) {
      while (!this.#area.area && !signal.aborted) {
        // An unreachable host is reported by the area.
        await this.#host.whenReachable().catch(() => undefined);
        await this.#area.known();
        // Aborted: the loop ends.
        if (!this.#area.area) await delay(STATUS_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      }
      const path = this.#area.area?.path;
      if (path === undefined) return;
      try {
        for await (const _ of this.#host.journals.changes(join(path, 'logs'), signal)) {
          await this.read();
          if (this.#area.area?.path !== path) break; // the manifest names another area now
          onRead();
          await delay(DEBOUNCE_MS);
        }
      } catch (error) {
        this.#area.report(error);
        await delay(STATUS_INTERVAL_MS);
      }
    }
  }

  async #read(): Promise<void> {
    const path = this.#area.area?.path;
    if (path === undefined) return;
    await this.#open(join(path, 'logs'));
    let hasNews = false;
    for (const [name, fold] of [...this.#folds]) {
      let news: Awaited<ReturnType<RunFold['read']>>;
      try {
        news = await fold.read();
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        this.#onRuns([interrupted(fold.run)]); // the journal was removed
        continue;
      }
      const { before, run, hasGrown } = news;
      if (hasGrown) this.#grewAtMs = Date.now();
      if (run === before) continue;
      hasNews ||= before.checkpoints !== run.checkpoints || run.state !== 'running';
      if (this.#folds.has(name)) this.#onRuns([run]);
    }
    if (this.#needsStatus(hasNews))
      inBackground(
        () => this.#area.refresh(),
        (trouble) => this.#area.report(trouble),
      );
  }

  /** Starts to follow the journals of runs that are not known to have ended. */
  async #open(folder: string): Promise<void> {
    for (const name of await this.#host.journals.list(folder)) {
      const run = /^(run-[\d-]+)\.jsonl$/.exec(name)?.[1];
      if (run === undefined || this.#folds.has(run)) continue;
      const known = this.#runs.get(run);
      if (known && known.state !== 'running') continue;
      this.#folds.set(run, new RunFold(this.#journals, join(folder, name), newRun(run)));
    }
  }

  #needsStatus(hasNews: boolean): boolean {
    const { isTroubled, askedAtMs } = this.#area;
    const isLive = this.#runs.live !== undefined;
    const isIdle = isLive && Date.now() - Math.max(this.#grewAtMs, askedAtMs) > IDLE_TIMEOUT_MS;
    const isDue = Date.now() - askedAtMs > STATUS_INTERVAL_MS;
    // A run releases the lock after its last record, and a prune has no journal: only the area shows when the lock is free.
    const isHeld = !isLive && this.#area.area?.lock.kind === 'held';
    return isIdle || isTroubled || (isHeld && isDue) || (hasNews && (!isLive || isDue));
  }
}
