/**
 * Decodes a file's first bytes. `undefined` for a file that is not text: not UTF-8, or with a zero byte.
 *
 * @param isCut the bytes may end within a character
 */
export function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    // A byte order mark is kept, because the file is shown as it is.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined; // not UTF-8
  }
}
