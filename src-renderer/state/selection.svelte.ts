import { followItems } from './follow-items';

/** Selected items of a list of names. The selection follows its items when the list changes, for example by Undo or a fix. */
export class Selection {
  readonly #names: () => readonly string[];
  #selected = $state.raw<{ readonly rows: readonly number[]; readonly names: readonly string[] }>({
    rows: [],
    names: [],
  });
  /** Indices of the selected items in the current list. */
  readonly rows: readonly number[] = $derived.by(() =>
    followItems(this.#selected.rows, this.#selected.names, this.#names()),
  );

  /** @param names the names of the current list */
  constructor(names: () => readonly string[]) {
    this.#names = names;
  }

  /** Selects items by their indices in the current list. */
  select(rows: readonly number[]): void {
    this.#selected = { rows, names: this.#names() };
  }
}
