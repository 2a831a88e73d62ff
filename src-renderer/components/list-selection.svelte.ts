/** The list whose rows are selected. Its owner keeps the selection. */
interface List {
  readonly count: number;
  /** Sorted indices. */
  readonly selected: readonly number[];
  onselect(selected: readonly number[]): void;
}

/** The modifiers of a key or a click. */
type Modifiers = Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>;

const ascending = (a: number, b: number): number => a - b;

/** The rows from one to another, in their order. */
export function rowsBetween(from: number, to: number): number[] {
  const first = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, at) => first + at);
}

/** The selection of a list box with several selected rows, as mouse and keys change it. */
export class ListSelection {
  #focused = $state(0);
  /** Where a selection with Shift begins. */
  #anchor = 0;
  readonly #list: List;
  readonly #chosen = $derived.by(() => new Set(this.#list.selected));
  /** The row with the tab stop: the focused one, or the first selected one when the selection was made elsewhere. */
  readonly current = $derived.by(() => {
    const { selected, count } = this.#list;
    const row = selected.length === 0 || this.has(this.#focused) ? this.#focused : (selected[0] ?? 0);
    return Math.max(0, Math.min(row, count - 1));
  });

  constructor(list: List) {
    this.#list = list;
  }

  has(index: number): boolean {
    return this.#chosen.has(index);
  }

  /** The row gets the focus. The selection stays. */
  focus(index: number): void {
    this.#focused = index;
  }

  /** Selects these rows, and the first one gets the focus. */
  select(rows: readonly number[]): void {
    const first = rows[0] ?? 0;
    this.#focused = first;
    this.#anchor = first;
    this.#list.onselect(rows);
  }

  /** Adds a row to the selection, or removes it. */
  toggle(index: number): void {
    const { selected } = this.#list;
    const others = selected.filter((one) => one !== index);
    this.#list.onselect(this.has(index) ? others : [...others, index].sort(ascending));
  }

  /** A key leads to a row; with Shift, the rows up to it are selected. */
  go(index: number, { shiftKey }: Pick<Modifiers, 'shiftKey'>): void {
    this.#focused = index;
    if (shiftKey) this.#list.onselect(rowsBetween(this.#anchor, index));
    else this.select([index]);
  }

  click(index: number, event: Modifiers): void {
    if (event.shiftKey || !(event.ctrlKey || event.metaKey)) {
      this.go(index, event);
      return;
    }
    this.#focused = index;
    this.#anchor = index;
    this.toggle(index);
  }
}
