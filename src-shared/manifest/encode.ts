import { AppError } from '../errors';
import { decodeManifest } from './source';

/** The encoding of a manifest's bytes; `-bom` has a byte order mark. */
const ENCODINGS = ['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be', 'utf-16le-bom', 'utf-16be-bom', 'iso-8859-1'] as const;

/** The name of an encoding. */
export type Encoding = (typeof ENCODINGS)[number];

/** Returns the encoding that turns this text into exactly these bytes; `undefined` when no supported one does. */
export function encodingThatMakes(bytes: Uint8Array, text: string): Encoding | undefined {
  return ENCODINGS.find((encoding) => {
    const encoded = attempt(() => encodeManifest(text, encoding));
    return encoded !== undefined && isSame(encoded, bytes);
  });
}

/** Encodes a text. Throws `AppError('manifest')` for a character that the encoding lacks. */
function encodeManifest(text: string, encoding: Encoding): Uint8Array {
  const [name, mark] = encoding.endsWith('-bom') ? [encoding.slice(0, -4), '\ufeff'] : [encoding, ''];
  if (name === 'utf-8') return new TextEncoder().encode(mark + text);
  if (name === 'iso-8859-1') return latin1(text);
  return utf16(mark + text, name === 'utf-16le');
}

/**
 * Encodes a text so that the bytes are read as the same text again: in its original encoding, or in the one that its
 * first line names now. Throws `AppError('manifest')` when neither is possible.
 */
export function encodeAsDeclared(text: string, encoding: Encoding): Uint8Array {
  // Not UTF-16: its byte order mark wins over the first line, which would still name another encoding.
  const encoded = [encoding, 'utf-8' as const, 'iso-8859-1' as const].map((each) =>
    attempt(() => encodeManifest(text, each)),
  );
  const bytes = encoded.find((each) => each && attempt(() => decodeManifest(each)) === text);
  if (bytes) return bytes;
  encodeManifest(text, encoding); // throws with the first character that the encoding lacks
  throw new AppError(
    'manifest',
    'the encoding that the first line names cannot be written',
    'Change it to UTF-8 in the XML declaration.',
  );
}

/** Whether a string names an encoding that can be written. */
export function isEncoding(name: string): name is Encoding {
  return (ENCODINGS as readonly string[]).includes(name);
}

function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff)
      throw new AppError(
        'manifest',
        `the file is in ISO-8859-1, which has no ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? code))}`,
        `Write it as &#${text.codePointAt(at)};, or change the encoding in the first line to UTF-8.`,
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

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
