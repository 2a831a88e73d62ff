const NEWLINE = 0x0a;
/** Lines longer than this are split, to bound memory. */
const MAX_LINE_BYTES = 1 << 20;

/**
 * Splits bytes into whole lines. The rest may be the start of a line.
 *
 * @param take receives each line without its newline, and the offset behind it
 * @returns how many bytes were taken
 */
export function cutLines(bytes: Buffer, take: (line: string, end: number) => void): number {
  let start = 0;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, start);
    // The same cut whether or not the line's end is there yet.
    const isLong = (newline < 0 ? bytes.length : newline) - start >= MAX_LINE_BYTES;
    if (newline < 0 && !isLong) return start;
    const end = isLong ? start + MAX_LINE_BYTES : newline;
    const next = isLong ? end : newline + 1;
    take(bytes.toString('utf8', start, end), next);
    start = next;
  }
}
