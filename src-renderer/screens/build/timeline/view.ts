/** The part of the timeline that is in view, and its sizes in pixels. */
export interface View {
  /** Height of the steps at the top. */
  readonly head: number;
  /** Width of the labels. */
  readonly label: number;
  /** Width of a column. */
  readonly width: number;
  /** The columns that are in the page: from `first`, before `end`. */
  readonly across: { readonly first: number; readonly end: number };
  /** Scroll position from the first row on, and the height of the view. */
  readonly top: number;
  readonly height: number;
}
