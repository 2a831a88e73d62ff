/** How far an arrow key moves the edge of a panel. */
const STEP_PX = 16;

/** The narrowest and the widest panel, in CSS pixels. */
interface Limits {
  readonly min: number;
  readonly max: number;
}

/** The part of the browser's storage that is used. Tests run without the types of a browser. */
interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
const storage = (): Storage => (globalThis as unknown as { readonly localStorage: Storage }).localStorage;

const keyOf = (name: string): string => `slipway-width-${name}`;

/** The width that the user has given a panel, in CSS pixels; `undefined`: none. */
export function loadWidth(name: string): number | undefined {
  try {
    const width = Number(storage().getItem(keyOf(name)) ?? '');
    return Number.isFinite(width) && width > 0 ? width : undefined;
  } catch {
    // A browser can forbid storage. The width is a convenience.
    return undefined;
  }
}

/** Remembers the width of a panel. `undefined` forgets it. */
export function storeWidth(name: string, width: number | undefined): void {
  try {
    if (width === undefined) storage().removeItem(keyOf(name));
    else storage().setItem(keyOf(name), String(width));
  } catch {
    // As above.
  }
}

/** The width after a key on the left edge of a panel; `undefined` for a key that does not move it. */
export function widthAfterKey(key: string, width: number, { min, max }: Limits): number | undefined {
  const moved: Readonly<Record<string, number>> = {
    ArrowLeft: width + STEP_PX,
    ArrowRight: width - STEP_PX,
    Home: max,
    End: min,
  };
  const next = moved[key];
  return next === undefined ? undefined : Math.max(min, Math.min(max, next));
}
