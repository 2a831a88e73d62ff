/** A value that a field offers. The user can type others. */
export interface Choice {
  readonly value: string;
  /** What the value means, where it does not explain itself. It is searched too. */
  readonly text?: string;
}

/** The values that a field offers, and where they come from. */
export interface ChoiceList {
  readonly choices: readonly Choice[];
  /** A sentence below the list. */
  readonly source?: string;
}

/** The box of a field, in CSS pixels of the window. */
type Box = Readonly<Record<'left' | 'top' | 'bottom' | 'width', number>>;

/** Where the list of a field opens, in CSS pixels of the window. */
export interface ListPlace {
  readonly left: number;
  readonly width: number;
  readonly maxHeight: number;
  /** Only one of the two is set. */
  readonly top?: number;
  readonly bottom?: number;
}

/** The distance between a field and its list. */
const GAP_PX = 4;
const MAX_HEIGHT_PX = 280;
const MIN_WIDTH_PX = 240;

/** Places a list below its field, or above it where there is more room. */
export function listPlace(field: Box, windowWidth: number, windowHeight: number): ListPlace {
  const width = Math.max(field.width, MIN_WIDTH_PX);
  const left = Math.max(GAP_PX, Math.min(field.left, windowWidth - width - GAP_PX));
  const below = windowHeight - field.bottom - 2 * GAP_PX;
  const above = field.top - 2 * GAP_PX;
  const isBelow = below >= MAX_HEIGHT_PX || below >= above;
  const maxHeight = Math.min(MAX_HEIGHT_PX, isBelow ? below : above);
  return isBelow
    ? { left, width, maxHeight, top: field.bottom + GAP_PX }
    : { left, width, maxHeight, bottom: windowHeight - field.top + GAP_PX };
}
