const START = '{"kind":"';
const QUOTE = 0x22;
const NEWLINE = 0x0a;
/** No kind is longer. */
const MAX_KIND_BYTES = 32;

/**
 * The kind of the record in a journal's line, without parsing it: `kind` is the first field of every record. Readers count on that,
 * because most lines are output, which they pass over without decoding it.
 *
 * Returns `undefined` for a line that is not a record: empty, torn at its beginning, or filled with zeros by a power loss. The kind
 * may be one that this version does not know, and the line may be torn at its end.
 *
 * @param start where the line begins in these bytes; it may end before they do
 */
export function kindOfLine(line: string | Uint8Array, start = 0): string | undefined {
  return typeof line === 'string' ? kindOfText(line) : kindOfBytes(line, start);
}

function kindOfText(line: string): string | undefined {
  if (!line.startsWith(START)) return undefined;
  const end = line.indexOf('"', START.length);
  return end < 0 || end - START.length > MAX_KIND_BYTES ? undefined : line.slice(START.length, end);
}

function kindOfBytes(bytes: Uint8Array, start: number): string | undefined {
  for (let n = 0; n < START.length; n++) if (bytes[start + n] !== START.charCodeAt(n)) return undefined;
  let kind = '';
  for (let n = 0; n <= MAX_KIND_BYTES; n++) {
    const byte = bytes[start + START.length + n];
    if (byte === undefined || byte === NEWLINE) return undefined;
    if (byte === QUOTE) return kind;
    kind += String.fromCharCode(byte);
  }
  return undefined;
}
