import { setTimeout as delay } from 'node:timers/promises';
import { kindOfLine } from '../../../src-shared/journal/kind-of-line';
import { parseRecord } from '../../../src-shared/journal/records';
import { inBackground } from '../../async/guard';
import type { Journals } from '../../build-hosts/build-host';
import { FollowedJournals, type JournalSubscription } from '../../journals/followed-journal';
import { LineStore, type Selection } from './line-store';

/** The shortest interval between two answers while lines arrive without a pause. */
const THROTTLE_MS = 100;
/**
 * How long a run may write nothing before the host is asked whether it still runs. The interval doubles after each answer, because
 * each question takes a process on the host.
 */
const MIN_SILENCE_MS = 2000;
const MAX_SILENCE_MS = 60_000;
/** A log without a request for this long is no longer followed. */
const IDLE_TIMEOUT_MS = 60_000;

/** The log of one run, read from its journal as that grows. */
export class RunLog {
  readonly lines = new LineStore();
  #ended = false;
  #isFollowed = false;
  #failure: unknown;
  #fail: () => void = () => undefined;
  /** Resolves when the journal cannot be read. */
  readonly failed = new Promise<void>((resolve) => (this.#fail = resolve));
  readonly #waiting = new Set<() => void>();
  #requestedAtMs = Date.now();
  #grewAtMs = Date.now();
  /** When the host was asked last, and how long a silence has to be before it is asked again. */
  #checkedAtMs = Date.now();
  #silenceMs = MIN_SILENCE_MS;
  #isChecking = false;
  #isGone = false;
  #answeredAtMs = 0;
  readonly #abort = new AbortController();
  readonly #journals: Pick<Journals, 'changes'>;
  readonly #journal: string;
  readonly #isRunning: () => Promise<boolean>;
  readonly #subscription: JournalSubscription;

  /**
   * @param journal path of the run's journal on the host
   * @param isRunning asks the build host whether the run is still running
   */
  constructor(
    journals: Journals,
    journal: string,
    isRunning: () => Promise<boolean>,
    followed = new FollowedJournals(journals),
  ) {
    this.#journals = journals;
    this.#journal = journal;
    this.#isRunning = isRunning;
    this.#subscription = followed.subscribe(journal, { take: (lines) => this.#take(lines), isPaced: true });
  }

  /**
   * Waits until a selection has more than `have` lines, or the run has ended.
   *
   * @param revision of the answer before; then a change of lines that have not ended is an answer as well
   */
  async grown(
    selection: Selection,
    have: number,
    signal: AbortSignal | undefined,
    revision?: number,
  ): Promise<{ lines: number; ended: boolean; revision: number }> {
    this.#follow();
    const isNews = (): boolean =>
      this.#ended ||
      have < 0 ||
      this.#abort.signal.aborted ||
      this.lines.countOf(selection) > have ||
      (revision !== undefined && revision !== this.lines.revision);
    while (!isNews() && !signal?.aborted) await this.#change(signal);
    // The first lines after a silence are returned at once; a flood is collected.
    const early = this.#answeredAtMs + THROTTLE_MS - Date.now();
    if (early > 0 && have >= 0 && !this.#ended) await delay(early);
    this.#answeredAtMs = Date.now();
    return { lines: this.lines.countOf(selection), ended: this.#ended, revision: this.lines.revision };
  }

  /** Stops reading. Pending calls of `grown` return what there is. */
  close(): void {
    this.#abort.abort();
    this.#subscription.close();
    this.#wake();
  }

  #follow(): void {
    this.#requestedAtMs = Date.now();
    if (this.#failure) throw this.#failure;
    if (this.#ended || this.#isFollowed) return;
    this.#isFollowed = true;
    void this.#read()
      .catch((error: unknown) => {
        this.#failure = error;
        this.#subscription.close();
        this.#fail();
        this.#wake();
      })
      .finally(() => (this.#isFollowed = false));
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    if (this.#failure) throw this.#failure;
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #read(): Promise<void> {
    for await (const _ of this.#journals.changes(this.#journal, this.#abort.signal)) {
      // Checked before the last read, so that what an engine wrote before its death is included.
      const isGone = this.#isGone;
      await this.#subscription.readOn();
      if (isGone) this.#end();
      if (this.#ended || (this.#waiting.size === 0 && Date.now() - this.#requestedAtMs > IDLE_TIMEOUT_MS)) return;
      inBackground(() => this.#checkWhetherRunning());
    }
  }

  /** Asks the host whether the run still runs, after a silence. Reading does not wait for the answer. */
  async #checkWhetherRunning(): Promise<void> {
    if (this.#isChecking || Date.now() - Math.max(this.#grewAtMs, this.#checkedAtMs) < this.#silenceMs) return;
    this.#isChecking = true;
    try {
      this.#isGone = !(await this.#isRunning());
    } catch {
      // The answer is unknown, for example because the manifest cannot be read now. The next check asks again.
    } finally {
      this.#isChecking = false;
      this.#checkedAtMs = Date.now();
      this.#silenceMs = Math.min(MAX_SILENCE_MS, this.#silenceMs * 2);
    }
  }

  #take(lines: Buffer): void {
    this.#grewAtMs = Date.now();
    this.#silenceMs = MIN_SILENCE_MS;
    for (const line of lines.toString('utf8').split('\n')) {
      const kind = kindOfLine(line);
      const record = kind === 'output' || kind === 'exit' ? parseRecord(line) : undefined;
      if (record?.kind === 'output')
        this.lines.add(record.at, record.stream, record.step, record.text, record.continued);
      else if (record?.kind === 'exit') this.#end();
    }
    this.#wake();
  }

  #end(): void {
    this.#ended = true;
    this.lines.end();
    this.#wake();
  }
}
