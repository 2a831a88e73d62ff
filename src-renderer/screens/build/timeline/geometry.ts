/** Sizes of the timeline in pixels. */
/** Width of the labels of runs, and of those of lines, which have names. */
const RUN_LABEL_PX = 104;
const LINE_LABEL_PX = 232;
const NARROW_LINE_LABEL_PX = 168;
/** Below this width of the timeline the labels are narrow. */
const NARROW_PX = 1000;
export const LANE_PX = 30;
export const LINE_PX = 40;
export const HEAD_PX = 92;

/** Column widths of the zoom buttons. */
export const WIDTHS_PX = [220, 160, 120, 88, 60, 36] as const;

/** The width of the labels. */
export function labelWidth(room: number, hasLines: boolean): number {
  if (!hasLines) return RUN_LABEL_PX;
  return room < NARROW_PX ? NARROW_LINE_LABEL_PX : LINE_LABEL_PX;
}

/** The widest column with which all steps fit, or else the narrowest readable one. `room` is without the labels. */
export function fittingWidth(room: number, steps: number): number {
  const equal = Math.floor(room / Math.max(1, steps));
  return Math.min(WIDTHS_PX[0], Math.max(WIDTHS_PX[3], equal));
}

/** The next wider or narrower column. */
export function zoomed(width: number, by: 1 | -1): number {
  const wider = [...WIDTHS_PX].reverse().find((candidate) => candidate > width);
  const narrower = WIDTHS_PX.find((candidate) => candidate < width);
  return (by > 0 ? wider : narrower) ?? width;
}
