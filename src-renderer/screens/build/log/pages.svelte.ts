import type { LogLine } from '../../../../src-shared/rpc/logs';

/** Lines in a page, and pages that are kept: what is further away is asked for again. */
const PAGE = 200;
const KEPT = 48;

/** Lines of a log near what is in view, fetched page by page. */
export class Pages {
  #pages = $state.raw<ReadonlyMap<number, readonly LogLine[]>>(new Map());
  readonly #asked = new Map<number, number>();
  readonly #read: (from: number, count: number) => Promise<readonly LogLine[]>;

  constructor(read: (from: number, count: number) => Promise<readonly LogLine[]>) {
    this.#read = read;
  }

  /** A line, if it is here. */
  line(number: number): LogLine | undefined {
    return this.#pages.get(Math.floor(number / PAGE))?.[number % PAGE];
  }

  /**
   * Fetches what is missing of a range.
   *
   * @param total how many lines there are: a page that had fewer is asked for again
   */
  want(first: number, end: number, total: number): void {
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page++) {
      const full = Math.min(PAGE, total - page * PAGE);
      if ((this.#pages.get(page)?.length ?? 0) >= full || (this.#asked.get(page) ?? 0) >= full) continue;
      this.#asked.set(page, full);
      void this.#fetch(page);
    }
  }

  async #fetch(page: number): Promise<void> {
    try {
      const lines = await this.#read(page * PAGE, PAGE);
      const pages = new Map(this.#pages);
      pages.delete(page);
      pages.set(page, lines);
      for (const oldest of pages.keys()) {
        if (pages.size <= KEPT) break;
        pages.delete(oldest);
        this.#asked.delete(oldest);
      }
      this.#asked.set(page, lines.length);
      this.#pages = pages;
    } catch {
      this.#asked.delete(page);
    }
  }
}
