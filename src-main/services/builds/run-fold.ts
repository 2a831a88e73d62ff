import { parseRecord } from '../../../src-shared/journal/records';
import { concernsRun, withRecord, type RunView } from '../../../src-shared/runs/run-view';
import type { FollowedJournals, JournalSubscription } from '../../journals/followed-journal';
import { linesOf } from '../../journals/lines';

/** A run as its journal describes it, as far as that has been read. */
export class RunFold {
  readonly #subscription: JournalSubscription;
  #run: RunView;
  #hasGrown = false;

  constructor(journals: FollowedJournals, path: string, run: RunView) {
    this.#run = run;
    this.#subscription = journals.subscribe(path, { take: (lines) => this.#take(lines) });
  }

  get run(): RunView {
    return this.#run;
  }

  /** Reads what is new; returns whether there was anything since the last call. */
  async read(): Promise<boolean> {
    await this.#subscription.readOn();
    const hasGrown = this.#hasGrown;
    this.#hasGrown = false;
    return hasGrown;
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
