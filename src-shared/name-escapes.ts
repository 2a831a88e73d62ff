/**
 * Names of files are bytes, and need not be UTF-8. Inside the programs they are strings with one character per byte (`latin1`); on the
 * screen, in arguments and in JSON they are escaped text.
 *
 * Escaped text is the name as UTF-8, with `\\` for a backslash and `\xHH` for each byte that belongs to no UTF-8 character, to a control
 * character, to a line or paragraph separator, or to a control of the writing direction: such a name would be shown as another.
 */
const ONE_TO_ONE = /^[\x20-\x5b\x5d-\x7e]*$/;

/** A well-formed UTF-8 sequence (RFC 3629), or one byte that begins none. */
const SEQUENCE =
  // eslint-disable-next-line no-control-regex -- bytes, not characters
  /[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|([\x80-\xff])/g;

/** In a function, because classes of Unicode take a millisecond to make and few names need them. */
const isUnsafe = (text: string): boolean => /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text);

const ESCAPE = /\\(?:(\\)|x([0-9a-fA-F]{2}))|\\|[^\\]+/g;

/** The escaped text of a name or path, given as one character per byte. */
export function escapeName(bytes: string): string {
  if (ONE_TO_ONE.test(bytes)) return bytes;
  return bytes.replace(SEQUENCE, (sequence, stray: string | undefined) => {
    if (sequence === '\\') return '\\\\';
    const text = stray === undefined ? decode(sequence) : undefined;
    return text === undefined || isUnsafe(text) ? hex(sequence) : text;
  });
}

/** The name or path that an escaped text means, as one character per byte; `undefined` when it has an unknown escape. */
export function unescapeName(text: string): string | undefined {
  if (ONE_TO_ONE.test(text)) return text;
  let bytes = '';
  for (const [part, backslash, digits] of text.matchAll(ESCAPE)) {
    if (part === '\\' || digits === '00') return undefined; // no name has a zero byte
    bytes += backslash ?? (digits === undefined ? encode(part) : String.fromCharCode(parseInt(digits, 16)));
  }
  return bytes.includes('\0') ? undefined : bytes;
}

/** Whether a name, given as one character per byte, is well-formed UTF-8. */
export function isUtf8(bytes: string): boolean {
  if (ONE_TO_ONE.test(bytes)) return true;
  for (const [, stray] of bytes.matchAll(SEQUENCE)) if (stray !== undefined) return false;
  return true;
}

const hex = (bytes: string): string =>
  [...bytes].map((byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');

const decode = (bytes: string): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));

const encode = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));
