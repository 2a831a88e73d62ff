import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SnapshotSizeAnswer } from '../../../src-shared/engine-answers/snapshot';
import { AppError } from '../../../src-shared/errors';
import type { AreaView, BuildChoice, BuildEvent } from '../../../src-shared/rpc/builds';
import { interrupted, newRun, type RunView } from '../../../src-shared/runs/run-view';
import type { BuildHost } from '../../build-hosts/build-host';
import { createLocalTransport } from '../../transport/local';
import { Broadcast } from '../../async/broadcast';
import type { RunListener } from './run-listener';
import { JournalTail } from './journal-tail';
import { changesSinceGood } from './since-good';
import { asTrouble, inBackground } from '../../async/guard';

/** While a build writes without a pause, it is looked at this often, in milliseconds: often enough for an eye. */
const PACE = 40;
/** A running build that has said nothing for so long may have been killed: its lock is looked at, in milliseconds. */
const SILENCE = 3000;
/** While a build runs, its area is asked for at most this often, in milliseconds: asking takes a process. */
const AREA_PACE = 2000;

type Area = Omit<AreaView, 'queue'>;

/** Builds of one manifest: what is known of its area and its runs, for as long as somebody looks or something runs. */
export class BuildSession {
  /** Documents are on this computer, wherever they are built. */
  readonly #documents = createLocalTransport();
  readonly #broadcast = new Broadcast<BuildEvent>();
  readonly #runs = new Map<string, RunView>();
  readonly #tails = new Map<string, JournalTail>();
  readonly #queue: AreaView['queue'] = [];
  #area: Area | undefined;
  #sizes: ReadonlyMap<string, SnapshotSizeAnswer> = new Map();
  /** The checkpoints whose sizes those are. */
  #measured = '';
  #following: AbortController | undefined;
  #refreshing: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #isLaunching = false;
  /** Runs that are told from now on are new. */
  #knowsPast = false;
  /** The window was told of a trouble, and shows it until it is told of the area. */
  #isTroubled = false;
  #isDirty = false;
  #askedAt = 0;
  #grewAt = 0;

  readonly #host: BuildHost;
  readonly #manifest: string;
  readonly #onRun: RunListener;

  constructor(host: BuildHost, manifest: string, onRun: RunListener) {
    this.#host = host;
    this.#manifest = manifest;
    this.#onRun = onRun;
  }

  /** Everything that is known, then every change. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<BuildEvent> {
    const runs: BuildEvent[] = this.#runs.size > 0 ? [{ kind: 'runs', runs: [...this.#runs.values()] }] : [];
    const events = this.#broadcast.read(this.#area ? [...runs, this.#areaEvent(this.#area)] : runs, signal);
    signal?.addEventListener('abort', () => this.#stopIfUnneeded());
    this.#follow();
    this.#inBackground(() => this.refresh());
    return events;
  }

  /** The run that holds the area now. */
  get #live(): RunView | undefined {
    return [...this.#runs.values()].reverse().find(({ state }) => state === 'running');
  }

  /** Starts a build, or queues it behind the one that runs. */
  async start(choice: BuildChoice): Promise<{ run?: string; queued: boolean }> {
    if (!this.#area) await this.refresh();
    if (this.#live || this.#isLaunching || this.#queue.length > 0) {
      this.#queue.push({ id: randomUUID(), ...choice, since: Date.now() / 1000 });
      this.#follow();
      this.#pushArea();
      return { queued: true };
    }
    return { run: await this.#launch(choice), queued: false };
  }

  /** What changed since the step last succeeded, before the given run. */
  async changedSinceGood(run: string, step: string): Promise<{ since?: string; changes: string[] }> {
    if (!this.#area) await this.refresh();
    const area = this.#area;
    const runs = [...this.#runs.values()];
    const before = runs
      .slice(
        0,
        runs.findIndex((one) => one.run === run),
      )
      .reverse();
    const good = before.findIndex(({ steps }) => steps.some((one) => one.step === step && one.outcome === 'done'));
    if (!area || good < 0) return { changes: [] };
    const journal = (name: string): string => join(this.#logs(area), `${name}.jsonl`);
    // A run that was resumed ran only its last steps: those before come from the runs before it.
    const made = before.slice(
      good,
      before.findIndex(({ resume }, at) => at >= good && resume === null) + 1 || undefined,
    );
    const journals = made.map((one) => journal(one.run));
    const since = made[0]?.run;
    const changes = await changesSinceGood(this.#host.journals, step, journal(run), journals);
    return { ...(since !== undefined && { since }), changes };
  }

  unqueue(id: string): void {
    const at = this.#queue.findIndex((waiting) => waiting.id === id);
    if (at >= 0) this.#queue.splice(at, 1);
    this.#pushArea();
  }

  async #launch(choice: BuildChoice): Promise<string> {
    const area = this.#area;
    if (!area) throw new AppError('area', 'The build area is not known.', 'See the problems of the manifest.');
    this.#follow();
    this.#isLaunching = true;
    try {
      const { run, ended } = await this.#host.start(this.#manifest, this.#logs(area), choice);
      ended.then(
        () => this.refresh(),
        () => undefined, // the connection was lost: following says so
      );
      await this.#look();
      return run;
    } finally {
      this.#isLaunching = false;
    }
  }

  /** Asks the engine for the area and for runs that are not known yet; one question at a time. */
  async refresh(): Promise<void> {
    this.#isDirty = true;
    this.#refreshing ??= this.#ask().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #ask(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      this.#askedAt = Date.now();
      try {
        const oldest = this.#live ?? [...this.#runs.values()].at(-1);
        const { area: where, runs, ...rest } = await this.#host.status(this.#manifest, oldest?.run);
        const area = { ...rest, ...where };
        this.#area = area;
        // A run that is being read is known better here, except that its process may be gone.
        this.#setRuns(runs.filter((run) => !this.#tails.has(run.run) || run.state === 'interrupted'));
        this.#knowsPast = true;
        this.#pushArea();
        await this.#startNext();
        if (!this.#live) await this.#measure(area);
      } catch (error) {
        this.#tell(error);
      }
    }
  }

  /** An expected failure is shown beside what is known; a later look that succeeds takes it away. */
  #tell(error: unknown): void {
    const { message, hint } = asTrouble(error);
    this.#isTroubled = true;
    this.#broadcast.push({ kind: 'trouble', trouble: { message, ...(hint !== undefined && { hint }) } });
  }

  /** Sizes take long on some file systems: they come after the rest, and only when there are other checkpoints than before. */
  async #measure(area: Area): Promise<void> {
    const ids = area.steps.flatMap(({ snapshot }) => (snapshot ? [`${snapshot.id} ${snapshot.takenAt}`] : []));
    const key = ids.join('\n');
    if (key === this.#measured || ids.length === 0) return;
    const { checkpoints } = await this.#host.checkpoints(this.#manifest);
    this.#sizes = new Map(
      checkpoints.flatMap(({ snapshot }) =>
        snapshot ? [[snapshot.id, { referenced: snapshot.referenced, unique: snapshot.unique }]] : [],
      ),
    );
    this.#measured = key;
    this.#pushArea();
  }

  async #startNext(): Promise<void> {
    const [next] = this.#queue;
    const isTaken = this.#area?.lock.kind === 'held' || this.#area?.lock.kind === 'remote';
    if (!next || this.#live || this.#isLaunching || isTaken) return;
    this.#queue.shift();
    this.#pushArea();
    const { resume, pause } = next;
    await this.#launch({ ...(resume !== undefined && { resume }), ...(pause !== undefined && { pause }) });
  }

  #setRuns(runs: readonly RunView[]): void {
    const changed = runs.filter((run) => this.#runs.get(run.run) !== run);
    if (changed.length === 0) return;
    // A quick one may have ended before it was seen running; those of the time before us are no news.
    const news = changed.filter(
      ({ run }) => this.#runs.get(run)?.state === 'running' || (this.#knowsPast && !this.#runs.has(run)),
    );
    for (const run of changed) {
      this.#runs.set(run.run, run);
      if (run.state !== 'running') this.#tails.delete(run.run);
    }
    this.#broadcast.push({ kind: 'runs', runs: changed });
    const area = this.#area && { ...this.#area, queue: this.#queue };
    for (const run of news) this.#onRun(this.#manifest, run, area);
  }

  #areaEvent(area: Area): BuildEvent {
    const steps = area.steps.map((step) =>
      step.snapshot ? { ...step, snapshot: { ...step.snapshot, ...this.#sizes.get(step.snapshot.id) } } : step,
    );
    return { kind: 'area', area: { ...area, steps, queue: [...this.#queue] } };
  }

  #pushArea(): void {
    if (!this.#area) return;
    this.#isTroubled = false;
    this.#broadcast.push(this.#areaEvent(this.#area));
  }

  #logs(area: Area): string {
    return join(area.path, 'logs');
  }

  /** Follows journals, manifest and scripts for as long as it is needed. */
  #follow(): void {
    if (this.#following) return;
    const following = new AbortController();
    this.#following = following;
    const folder = dirname(this.#manifest);
    this.#inBackground(() => this.#followLogs(following.signal));
    for (const path of [folder, join(folder, 'scripts')])
      this.#inBackground(() => this.#followFiles(path, following.signal));
  }

  #inBackground(work: () => Promise<void>): void {
    inBackground(work, (trouble) => this.#tell(trouble));
  }

  #stopIfUnneeded(): void {
    if (this.#broadcast.isHeard || this.#queue.length > 0 || this.#live) return;
    this.#following?.abort();
    this.#following = undefined;
  }

  /** Saved files may make checkpoints stale. */
  async #followFiles(path: string, signal: AbortSignal): Promise<void> {
    let isFirst = true;
    let names = '';
    try {
      for await (const _ of this.#documents.changes(path, signal)) {
        // Changes come also when only a timer ran out: what is there says whether something changed.
        const now = await this.#documents.stamp(path);
        if (!isFirst && now !== names) await this.refresh();
        [isFirst, names] = [false, now];
        await delay(PACE);
      }
    } catch (error) {
      this.#tell(error);
    }
  }

  async #followLogs(signal: AbortSignal): Promise<void> {
    while (!this.#area && !signal.aborted) {
      await this.#host.whenReachable().catch(() => undefined);
      await this.refresh();
      if (!this.#area) await delay(AREA_PACE, undefined, { signal }).catch(() => undefined);
    }
    const area = this.#area;
    if (!area) return;
    try {
      for await (const _ of this.#host.journals.changes(this.#logs(area), signal)) {
        await this.#look();
        if (this.#area && this.#area.path !== area.path) break; // the manifest names another area now
        this.#stopIfUnneeded();
        await delay(PACE);
      }
    } catch (error) {
      this.#tell(error);
      await delay(AREA_PACE);
    }
    if (!signal.aborted) this.#inBackground(() => this.#followLogs(signal));
  }

  /** Reads what the journals have new; one reader at a time, so that each record counts once. */
  async #look(): Promise<void> {
    const before = this.#looking;
    // Who asks while somebody reads wants what is there now: it reads after that.
    this.#looking = (before ?? Promise.resolve()).catch(() => undefined).then(() => this.#readJournals());
    return this.#looking;
  }

  async #readJournals(): Promise<void> {
    const area = this.#area;
    if (!area) return;
    const folder = this.#logs(area);
    for (const name of await this.#host.journals.list(folder)) {
      const run = /^(run-[\d-]+)\.jsonl$/.exec(name)?.[1];
      if (run === undefined || this.#tails.has(run)) continue;
      const known = this.#runs.get(run);
      if (known && known.state !== 'running') continue;
      this.#tails.set(run, new JournalTail(this.#host.journals, join(folder, name), newRun(run)));
    }
    let hasNews = false;
    for (const [name, tail] of [...this.#tails]) {
      const before = tail.run;
      try {
        if ((await tail.read()) > 0) this.#grewAt = Date.now();
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        this.#setRuns([interrupted(tail.run)]); // somebody removed the journal
        continue;
      }
      if (tail.run === before) continue;
      hasNews ||= before.checkpoints !== tail.run.checkpoints || tail.run.state !== 'running';
      if (this.#tails.has(name)) this.#setRuns([tail.run]);
    }
    const isSilent = this.#live !== undefined && Date.now() - Math.max(this.#grewAt, this.#askedAt) > SILENCE;
    if (isSilent || this.#isTroubled || (hasNews && (!this.#live || Date.now() - this.#askedAt > AREA_PACE)))
      this.#inBackground(() => this.refresh());
  }
}
