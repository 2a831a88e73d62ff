import type { SnapshotSizeAnswer } from '../../../src-shared/engine-answers/snapshot';
import type { AreaView, BuildEvent } from '../../../src-shared/rpc/builds';
import type { RunView } from '../../../src-shared/runs/run-view';
import { asTrouble } from '../../async/guard';
import type { AreaPaths } from '../../build-hosts/area-paths';
import type { BuildHost } from '../../build-hosts/build-host';
import { documentStamp } from './document-watch';

/** A build area as the engine reports it, without the queue of main. */
export type Area = Omit<AreaView, 'queue' | 'used'>;

/** What happens with the area, for the session. */
export interface AreaListener {
  /** The oldest run that has to be asked for again. */
  oldestRun(): string | undefined;
  onRuns(runs: readonly RunView[]): void;
  /** Called when the area is known and has been pushed. */
  onArea(): Promise<void>;
  /** Whether a build runs; sizes are not measured meanwhile. */
  isBusy(): boolean;
  queue(): AreaView['queue'];
  push(event: BuildEvent): void;
}

/** Asks the engine for a manifest's build area. */
export class AreaWatch {
  readonly #host: BuildHost;
  readonly #areas: AreaPaths;
  readonly #manifest: string;
  readonly #listener: AreaListener;
  #area: Area | undefined;
  #sizes: ReadonlyMap<string, SnapshotSizeAnswer> = new Map();
  #used: number | undefined;
  /** The checkpoints whose sizes are known, as one key. */
  #measured = '';
  #refreshing: Promise<void> | undefined;
  #isRefreshRequested = false;
  #isTroubled = false;
  #askedAtMs = 0;
  /** Questions are numbered, because an answer may arrive after that of a later question. */
  #asked = 0;
  #answered = 0;
  /** The stamp of the document before the last question; `undefined` after a question that failed. */
  #askedStamp: Promise<string> | undefined;

  constructor(host: BuildHost, areas: AreaPaths, manifest: string, listener: AreaListener) {
    this.#host = host;
    this.#areas = areas;
    this.#manifest = manifest;
    this.#listener = listener;
  }

  /** The area as the engine reported it last; `undefined` before its first answer. */
  get area(): Area | undefined {
    return this.#area;
  }

  /** Whether a `trouble` event was sent and no `area` event since. */
  get isTroubled(): boolean {
    return this.#isTroubled;
  }

  /** When the engine was asked last, in milliseconds since the epoch. */
  get askedAtMs(): number {
    return this.#askedAtMs;
  }

  /** Asks the engine for the area and for runs that are not known yet. One question at a time; a request meanwhile asks again. */
  refresh(): Promise<void> {
    this.#isRefreshRequested = true;
    return (this.#refreshing ??= this.#refreshWhileRequested().finally(() => (this.#refreshing = undefined)));
  }

  /** Asks the engine as `refresh` does, unless the document has been the same since before its last question. */
  async refreshFor(stamp: string): Promise<void> {
    if (stamp !== (await this.#askedStamp)) await this.refresh();
  }

  /** The area, when it is known or the question about it has an answer; `undefined` when it cannot be read. A question that is asked already counts. */
  async known(): Promise<Area | undefined> {
    if (!this.#area) await (this.#refreshing ?? this.refresh());
    return this.#area;
  }

  /** The `area` event of now, or `undefined` before the engine's first answer. */
  event(): BuildEvent | undefined {
    return this.#area && { kind: 'area', area: this.#viewOf(this.#area) };
  }

  /** Asks the engine now, and returns its answer. Throws what the host reports. */
  async read(): Promise<AreaView> {
    const area = await this.#ask();
    this.push();
    return this.#viewOf(area);
  }

  /** The area as it would be if this text were saved. Throws what the host reports. */
  async readEdited(source: string, signal?: AbortSignal): Promise<AreaView> {
    const { area, runs: _, ...rest } = await this.#host.editedStatus(this.#manifest, source, signal);
    return this.#viewOf({ ...rest, ...area });
  }

  #viewOf(area: Area): AreaView {
    const steps = area.steps.map((step) =>
      step.snapshot ? { ...step, snapshot: { ...step.snapshot, ...this.#sizes.get(step.snapshot.id) } } : step,
    );
    const isMeasured = this.#used !== undefined && keyOf(area) === this.#measured;
    return { ...area, ...(isMeasured && { used: this.#used }), steps, queue: [...this.#listener.queue()] };
  }

  /** Asks the engine, and takes its answer unless that of a later question has arrived. */
  async #ask(): Promise<Area> {
    const number = ++this.#asked;
    await (this.#askedStamp = documentStamp(this.#manifest));
    const status = this.#areas.status(this.#manifest, this.#listener.oldestRun());
    const {
      area: places,
      runs,
      ...rest
    } = await status.catch((error: unknown) => {
      this.#askedStamp = undefined;
      throw error;
    });
    const area = { ...rest, ...places };
    if (number < this.#answered) return area;
    this.#answered = number;
    this.#area = area;
    this.#listener.onRuns(runs);
    return area;
  }

  /** Sends the area as it is known. */
  push(): void {
    const event = this.event();
    if (!event) return;
    this.#isTroubled = false;
    this.#listener.push(event);
  }

  /** Sends a failure, which the window shows beside what is known. The next `area` event replaces it. */
  report(error: unknown): void {
    const { message, hint } = asTrouble(error);
    this.#isTroubled = true;
    this.#listener.push({ kind: 'trouble', trouble: { message, ...(hint !== undefined && { hint }) } });
  }

  async #refreshWhileRequested(): Promise<void> {
    while (this.#isRefreshRequested) {
      this.#isRefreshRequested = false;
      this.#askedAtMs = Date.now();
      try {
        await this.#ask();
        this.push();
        await this.#listener.onArea();
        if (!this.#listener.isBusy()) await this.#measure();
      } catch (error) {
        this.report(error);
      }
    }
  }

  /** Measures sizes, which takes long on some file systems: after everything else, and only when the checkpoints have changed. */
  async #measure(): Promise<void> {
    const key = keyOf(this.#area);
    if (key === this.#measured || key === '') return;
    const { checkpoints, used } = await this.#host.checkpoints(this.#manifest);
    this.#used = used;
    this.#sizes = new Map(
      checkpoints.flatMap(({ snapshot }) =>
        snapshot ? [[snapshot.id, { referenced: snapshot.referenced, unique: snapshot.unique }]] : [],
      ),
    );
    this.#measured = key;
    this.push();
  }
}

/** Identifies the checkpoints of an area. */
function keyOf(area: Area | undefined): string {
  const steps = area?.steps ?? [];
  return steps.flatMap(({ snapshot }) => (snapshot ? [`${snapshot.id} ${snapshot.takenAt}`] : [])).join('\n');
}
