import type { LogLine } from '../../../../src-shared/rpc/logs';

const PAGE_LINES = 200;
/** Other pages are dropped and fetched again when they are needed. */
const MAX_PAGES = 48;

/** Lines of a log near what is in view, fetched page by page. */
export class Pages {
  #pages = $state.raw<ReadonlyMap<number, readonly LogLine[]>>(new Map());
  readonly #asked = new Map<number, number>();
  /** The revision at which a page was fetched that has open lines. */
  readonly #revisions = new Map<number, number | undefined>();
  readonly #read: (from: number, count: number) => Promise<readonly LogLine[]>;

  constructor(read: (from: number, count: number) => Promise<readonly LogLine[]>) {
    this.#read = read;
  }

  /** Returns a line that is loaded. */
  line(number: number): LogLine | undefined {
    return this.#pages.get(Math.floor(number / PAGE_LINES))?.[number % PAGE_LINES];
  }

  /**
   * Fetches the missing pages of a range.
   *
   * @param total the number of lines now. A page that had fewer is fetched again
   * @param revision of the open lines now. A page with open lines of another revision is fetched again
   */
  load(first: number, end: number, total: number, revision?: number): void {
    for (let page = Math.floor(first / PAGE_LINES); page * PAGE_LINES < end; page++) {
      const full = Math.min(PAGE_LINES, total - page * PAGE_LINES);
      const isOutdated = this.#revisions.has(page) && this.#revisions.get(page) !== revision;
      if (!isOutdated && ((this.#pages.get(page)?.length ?? 0) >= full || (this.#asked.get(page) ?? 0) >= full))
        continue;
      this.#asked.set(page, full);
      this.#revisions.delete(page);
      void this.#fetch(page, revision);
    }
  }

  async #fetch(page: number, revision: number | undefined): Promise<void> {
    try {
      const lines = await this.#read(page * PAGE_LINES, PAGE_LINES);
      const pages = new Map(this.#pages);
      pages.delete(page);
      pages.set(page, lines);
      for (const oldest of pages.keys()) {
        if (pages.size <= MAX_PAGES) break;
        pages.delete(oldest);
        this.#asked.delete(oldest);
        this.#revisions.delete(oldest);
      }
      this.#asked.set(page, lines.length);
      if (lines.some(({ open }) => open)) this.#revisions.set(page, revision);
      this.#pages = pages;
    } catch {
      this.#asked.delete(page);
    }
  }
}
