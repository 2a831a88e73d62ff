const START = '{"kind":"';
const QUOTE = 0x22;
/** No kind is longer. */
const MAX_KIND_BYTES = 32;

/**
 * The kind of the record in a journal's line, without parsing it: `kind` is the first field of every record. Readers count on that,
 * because most lines are output, which they pass over without decoding it.
 *
 * Returns `undefined` for a line that is no record: empty, torn at its beginning, or filled with zeros by a power loss. The kind
 * may be one that this version does not know, and the line may be torn at its end.
 */
export function kindOfLine(line: string | Uint8Array): string | undefined {
  return typeof line === 'string' ? kindOfText(line) : kindOfBytes(line);
}

function kindOfText(line: string): string | undefined {
  if (!line.startsWith(START)) return undefined;
  const end = line.indexOf('"', START.length);
  return end < 0 || end - START.length > MAX_KIND_BYTES ? undefined : line.slice(START.length, end);
}

function kindOfBytes(line: Uint8Array): string | undefined {
  for (let at = 0; at < START.length; at++) if (line[at] !== START.charCodeAt(at)) return undefined;
  let kind = '';
  for (let at = START.length; at < START.length + MAX_KIND_BYTES + 1; at++) {
    const byte = line[at];
    if (byte === undefined) return undefined;
    if (byte === QUOTE) return kind;
    kind += String.fromCharCode(byte);
  }
  return undefined;
}
