/** The keys of a list box with several selected rows. */
export type ListAction =
  /** Moves the selected rows before the row that is at `to` now. */
  | { readonly kind: 'move'; readonly to: number }
  | { readonly kind: 'go'; readonly to: number }
  | { readonly kind: 'toggle' | 'select-all' | 'remove' | 'open' };

/** A key with its modifiers, as events have them. */
interface Press {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** The list when a key is pressed. */
interface ListState {
  /** The row with the focus. */
  readonly current: number;
  /** The rows that a move moves, in their order. */
  readonly moving: readonly number[];
  readonly count: number;
  /** Rows before this one cannot be moved. */
  readonly fixed: number;
  /** How many rows Page Up and Page Down go. */
  readonly pageRows: number;
  readonly canMove: boolean;
}

const OTHER_KEYS: Readonly<Record<string, 'toggle' | 'remove' | 'open'>> = {
  ' ': 'toggle',
  Delete: 'remove',
  Backspace: 'remove',
  Enter: 'open',
};

/** What a key does in a list; `undefined` for a key that the list does not use. Rows to go to may be outside of the list. */
export function listAction(
  { key, altKey, ctrlKey, metaKey }: Press,
  { current, moving, count, fixed, pageRows, canMove }: ListState,
): ListAction | undefined {
  if (altKey && canMove) {
    const places: Readonly<Record<string, number>> = {
      ArrowUp: (moving[0] ?? 0) - 1,
      ArrowDown: (moving.at(-1) ?? 0) + 2,
      Home: fixed,
      End: count,
    };
    const to = places[key];
    return to === undefined ? undefined : { kind: 'move', to };
  }
  const rows: Readonly<Record<string, number>> = {
    ArrowUp: current - 1,
    ArrowDown: current + 1,
    PageUp: current - pageRows,
    PageDown: current + pageRows,
    Home: 0,
    End: count - 1,
  };
  const to = rows[key];
  if (to !== undefined) return { kind: 'go', to };
  if (key === 'a') return ctrlKey || metaKey ? { kind: 'select-all' } : undefined;
  const kind = OTHER_KEYS[key];
  return kind && { kind };
}
