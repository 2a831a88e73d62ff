/**
 * The text of a file's first bytes, or `undefined` for what is not text: not UTF-8, or with a zero byte.
 *
 * @param isCut the bytes may end within a character
 */
export function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    // A mark at the beginning is kept: what is shown is what is there.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}
