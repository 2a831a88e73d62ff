/** The place in the editor of an offset of the source: there a CRLF counts as one character. */
export function editorOffset(source: string, offset: number): number {
  let returns = 0;
  for (let at = source.indexOf('\r\n'); at >= 0 && at < offset; at = source.indexOf('\r\n', at + 2)) returns++;
  return offset - returns;
}
