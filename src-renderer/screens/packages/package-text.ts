/** The kind of a package that is dragged out of the repository. */
export const entryKind = 'package';

/** Formats a share: `12 %`. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const share = (part / whole) * 100;
  return share > 0 && share < 1 ? '< 1 %' : `${Math.round(share)} %`;
}
