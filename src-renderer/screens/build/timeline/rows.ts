/** Lines that are shown before the rest is folded. */
const SHOWN_LINES = 6;

/** A row below the steps: a line, the fold of further lines, or a run. */
export type Row =
  | { readonly kind: 'line'; readonly lane: number }
  | { readonly kind: 'fold'; readonly hidden: number }
  | { readonly kind: 'run'; readonly lane: number };

/** How many lines are shown. One that would be folded alone is shown. */
export function shownLines(lines: number, isUnfolded: boolean): number {
  return isUnfolded || lines <= SHOWN_LINES + 1 ? lines : SHOWN_LINES;
}

/** The rows from top to bottom, which the arrow keys go through. */
export function rowsOf(lines: number, shown: number, runs: number): Row[] {
  return [
    ...Array.from({ length: shown }, (_, lane): Row => ({ kind: 'line', lane })),
    ...(shown < lines ? [{ kind: 'fold', hidden: lines - shown } as const] : []),
    ...Array.from({ length: runs }, (_, lane): Row => ({ kind: 'run', lane })),
  ];
}
