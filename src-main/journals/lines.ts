const NEWLINE = 0x0a;

/** Iterates over whole lines, each without its newline and without a copy of its bytes. */
export function* linesOf(bytes: Buffer): Generator<Buffer> {
  let start = 0;
  for (let end; (end = bytes.indexOf(NEWLINE, start)) >= 0; start = end + 1) yield bytes.subarray(start, end);
}
