import { AppError } from '../errors';

/** How a manifest's bytes hold its text; `-bom` with a byte order mark. */
export const ENCODINGS = [
  'utf-8',
  'utf-8-bom',
  'utf-16le',
  'utf-16be',
  'utf-16le-bom',
  'utf-16be-bom',
  'iso-8859-1',
] as const;

/** One of them. */
export type Encoding = (typeof ENCODINGS)[number];

/** Which encoding makes these bytes of this text again; `undefined` when none that can be written does. */
export function encodingThatMakes(bytes: Uint8Array, text: string): Encoding | undefined {
  return ENCODINGS.find((encoding) => {
    try {
      return isSame(encodeManifest(text, encoding), bytes);
    } catch {
      return false;
    }
  });
}

/** A text as bytes. Throws `AppError('manifest')` for a character that the encoding lacks. */
export function encodeManifest(text: string, encoding: Encoding): Uint8Array {
  const [name, mark] = encoding.endsWith('-bom') ? [encoding.slice(0, -4), '\ufeff'] : [encoding, ''];
  if (name === 'utf-8') return new TextEncoder().encode(mark + text);
  if (name === 'iso-8859-1') return latin1(text);
  return utf16(mark + text, name === 'utf-16le');
}

/** Whether a word names an encoding that can be written. */
export function isEncoding(word: string): word is Encoding {
  return (ENCODINGS as readonly string[]).includes(word);
}

function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff)
      throw new AppError(
        'manifest',
        `the file is in ISO-8859-1, which has no ${JSON.stringify(text.charAt(at))}`,
        `Write it as &#${text.codePointAt(at)};, or change the encoding in the first line to UTF-8 and save under another name.`,
      );
    bytes[at] = code;
  }
  return bytes;
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
  return bytes;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
