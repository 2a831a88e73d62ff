/** Sizes of the timeline in pixels. */
export const LABEL = 104;
export const LANE = 30;
export const HEAD = 92;

/** Column widths of the zoom buttons. */
export const WIDTHS = [220, 160, 120, 88, 60, 36] as const;

/** The widest column with which all steps fit, or else the narrowest readable one. */
export function fittingWidth(room: number, steps: number): number {
  const equal = Math.floor((room - LABEL) / Math.max(1, steps));
  return Math.min(WIDTHS[0], Math.max(WIDTHS[3], equal));
}

/** The next wider or narrower column. */
export function zoomed(width: number, by: 1 | -1): number {
  const wider = [...WIDTHS].reverse().find((candidate) => candidate > width);
  const narrower = WIDTHS.find((candidate) => candidate < width);
  return (by > 0 ? wider : narrower) ?? width;
}
