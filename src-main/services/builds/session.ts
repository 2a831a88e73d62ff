import { join } from 'node:path';
import type { BuildEvent, StepRead } from '../../../src-shared/rpc/builds';
import type { RunView } from '../../../src-shared/runs/run-view';
import { Broadcast } from '../../async/broadcast';
import { inBackground } from '../../async/guard';
import { AreaPaths } from '../../build-hosts/area-paths';
import type { BuildHost } from '../../build-hosts/build-host';
import { FollowedJournals } from '../../journals/followed-journal';
import { AreaWatch } from './area-watch';
import { BuildQueue } from './build-queue';
import { watchDocument } from './document-watch';
import { KnownRuns } from './known-runs';
import { LineWatch } from './line-watch';
import { RunJournals } from './run-journals';
import type { RunListener } from './run-listener';
import { changedSinceGood, type SinceGood } from './since-good';
import { stepReads } from './step-reads';

/** The builds of one manifest: its area, its runs and its queue, for as long as a window watches or a build runs. */
export class BuildSession {
  readonly area: AreaWatch;
  readonly queue: BuildQueue;
  readonly lines: LineWatch;
  readonly #manifest: string;
  readonly #onRun: RunListener;
  readonly #broadcast = new Broadcast<BuildEvent>();
  readonly #runs = new KnownRuns();
  readonly #journals: RunJournals;
  readonly #followed: FollowedJournals;
  #following: AbortController | undefined;

  constructor(
    host: BuildHost,
    manifest: string,
    onRun: RunListener,
    journals = new FollowedJournals(host.journals),
    areas = new AreaPaths(host),
  ) {
    this.#manifest = manifest;
    this.#onRun = onRun;
    this.#followed = journals;
    this.area = new AreaWatch(host, areas, manifest, {
      oldestRun: () => (this.#runs.live ?? this.#runs.all().at(-1))?.run,
      // A run whose journal is being followed is better known here, except that its process may be gone.
      onRuns: (runs) => {
        const isOver = ({ state }: RunView): boolean => state === 'interrupted' || state === 'cancelled';
        // A journal that was read before it was compressed is still known.
        const isLess = ({ run, problem }: RunView): boolean =>
          problem !== undefined && ![undefined, 'running'].includes(this.#runs.get(run)?.state);
        this.#setRuns(runs.filter((run) => !isLess(run) && (!this.#journals.isFollowed(run.run) || isOver(run))));
        this.#runs.endPast();
      },
      onArea: async () => {
        await this.queue.startNext();
        this.#followLines();
      },
      isBusy: () => this.#runs.live !== undefined,
      queue: () => this.queue.waiting,
      push: (event) => this.#broadcast.push(event),
    });
    this.queue = new BuildQueue(host, manifest, {
      area: () => this.area.area,
      known: () => this.area.known(),
      isBusy: () => this.#runs.live !== undefined,
      onChange: () => this.area.push(),
      follow: () => this.#follow(),
      onStarted: () => this.#journals.read(),
      refresh: () => this.area.refresh(),
    });
    this.lines = new LineWatch(host, manifest, (event) => this.#broadcast.push(event));
    this.#journals = new RunJournals(host, journals, this.#runs, this.area, (runs) => this.#setRuns(runs));
  }

  /** Everything that is known, then every change. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<BuildEvent> {
    const area = this.area.event();
    const known = [...this.#runs.events(), ...this.lines.events(), ...(area ? [area] : [])];
    const events = this.#broadcast.read(known, signal);
    signal?.addEventListener('abort', () => this.#stopIfUnused());
    this.#follow();
    this.#inBackground(() => this.area.refresh());
    return events;
  }

  /** What changed since the step last succeeded, before the given run. */
  async changedSinceGood(run: string, step: string): Promise<SinceGood> {
    const area = await this.area.known();
    if (!area) return { changes: [], isKnown: false };
    return changedSinceGood(this.#followed, join(area.path, 'logs'), this.#runs.all(), { run, step });
  }

  /** What each step of the saved manifest has read when it last succeeded. */
  async stepReads(): Promise<StepRead[]> {
    const area = await this.area.known();
    if (!area) return [];
    const { path, steps } = area;
    const names = steps.map(({ step }) => step);
    return stepReads(this.#followed, join(path, 'logs'), this.#runs.all(), names);
  }

  #setRuns(runs: readonly RunView[]): void {
    const { changed, news } = this.#runs.set(runs);
    if (changed.length === 0) return;
    for (const { run, state } of changed) if (state !== 'running') this.#journals.close(run);
    this.#broadcast.push({ kind: 'runs', runs: [...changed] });
    const area = this.area.area && { ...this.area.area, queue: this.queue.waiting };
    for (const run of news) this.#onRun(this.#manifest, run, area);
    // The build that runs may have made a line.
    if (changed.some(({ state }) => state === 'running')) this.#followLines();
  }

  #followLines(): void {
    const { area } = this.area;
    if (area) this.#inBackground(() => this.lines.follow(area, this.#runs.all()));
  }

  /** Follows journals, manifest and scripts while they are needed. */
  #follow(): void {
    if (this.#following) return;
    this.#following = new AbortController();
    const { signal } = this.#following;
    this.#inBackground(() => this.#journals.follow(signal, () => this.#stopIfUnused()));
    watchDocument(
      this.#manifest,
      signal,
      (stamp) => this.area.refreshFor(stamp),
      (error) => this.area.report(error),
    );
  }

  #inBackground(work: () => Promise<void>): void {
    inBackground(work, (trouble) => this.area.report(trouble));
  }

  #stopIfUnused(): void {
    if (this.#broadcast.hasReaders || this.queue.waiting.length > 0 || this.#runs.live) return;
    this.#following?.abort();
    this.#following = undefined;
  }
}
