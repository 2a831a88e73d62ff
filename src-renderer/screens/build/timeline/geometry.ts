/** Sizes of the timeline in pixels. */
export const LABEL_PX = 104;
export const LANE_PX = 30;
export const HEAD_PX = 92;

/** Column widths of the zoom buttons. */
export const WIDTHS_PX = [220, 160, 120, 88, 60, 36] as const;

/** The widest column with which all steps fit, or else the narrowest readable one. */
export function fittingWidth(room: number, steps: number): number {
  const equal = Math.floor((room - LABEL_PX) / Math.max(1, steps));
  return Math.min(WIDTHS_PX[0], Math.max(WIDTHS_PX[3], equal));
}

/** The next wider or narrower column. */
export function zoomed(width: number, by: 1 | -1): number {
  const wider = [...WIDTHS_PX].reverse().find((candidate) => candidate > width);
  const narrower = WIDTHS_PX.find((candidate) => candidate < width);
  return (by > 0 ? wider : narrower) ?? width;
}
