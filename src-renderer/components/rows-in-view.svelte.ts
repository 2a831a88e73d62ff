import { itemsInView } from './items-in-view';

/** A list of rows of one height that has only rows in view in the page: which these are, and scrolling to one. */
export class RowsInView {
  /** The element that scrolls. */
  scroller = $state<HTMLElement>();
  /** Height of the scroller, in pixels. */
  height = $state(0);
  #top = $state(0);
  readonly #list: () => { readonly count: number; readonly rowHeight: number };
  /** The rows in the page: from `first`, before `end`. */
  readonly range = $derived.by(() => {
    const { count, rowHeight } = this.#list();
    return itemsInView(this.#top, this.height, rowHeight, count);
  });

  /** `list` returns the number of rows and the height of one in pixels. */
  constructor(list: () => { readonly count: number; readonly rowHeight: number }) {
    this.#list = list;
  }

  /** How many rows Page Up and Page Down move. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.height / this.#list().rowHeight) - 1);
  }

  /** Handles the `scroll` event of the scroller. */
  readonly onscroll = (): void => {
    this.#top = this.scroller?.scrollTop ?? 0;
  };

  /** Scrolls as little as is needed to show a row whole. */
  show(index: number): void {
    const { scroller } = this;
    if (!scroller) return;
    const { rowHeight } = this.#list();
    const start = index * rowHeight;
    if (start < scroller.scrollTop) scroller.scrollTop = start;
    else if (start + rowHeight > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = start + rowHeight - scroller.clientHeight;
    this.onscroll();
  }
}
