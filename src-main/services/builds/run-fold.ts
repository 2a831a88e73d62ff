import { parseRecord } from '../../../src-shared/journal/records';
import { concernsRun, withRecord, type RunView } from '../../../src-shared/runs/run-view';
import type { FollowedJournals, JournalSubscription } from '../../journals/followed-journal';
import { linesOf } from '../../journals/lines';

/** A run as its journal describes it, as far as that has been read. */
export class RunFold {
  readonly #subscription: JournalSubscription;
  #run: RunView;
  /** The run as of the last call of `read`. Other subscribers' reads can advance the run between two calls. */
  #reported: RunView;
  #hasGrown = false;

  constructor(journals: FollowedJournals, path: string, run: RunView) {
    this.#run = run;
    this.#reported = run;
    this.#subscription = journals.subscribe(path, { take: (lines) => this.#take(lines) });
  }

  get run(): RunView {
    return this.#run;
  }

  /** Reads what is new. Returns the run as of the last call, the run now, and whether the journal has grown since the last call. */
  async read(): Promise<{ readonly before: RunView; readonly run: RunView; readonly hasGrown: boolean }> {
    await this.#subscription.readOn();
    const news = { before: this.#reported, run: this.#run, hasGrown: this.#hasGrown };
    this.#reported = this.#run;
    this.#hasGrown = false;
    return news;
  }

  close(): void {
    this.#subscription.close();
  }

  #take(lines: Buffer): void {
    this.#hasGrown = true;
    for (const line of linesOf(lines)) {
      const record = concernsRun(line) ? parseRecord(line.toString('utf8')) : undefined;
      if (record) this.#run = withRecord(this.#run, record);
    }
  }
}
