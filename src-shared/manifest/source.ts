import { compressionOf } from './foreign-files';
import { AppError } from '../errors';

/** Larger files are refused: a manifest is a few kilobytes. */
export const MAX_BYTES = 8 * 1024 * 1024;

/** The same limit for text that is already decoded, in UTF-16 units. */
export const MAX_CHARACTERS = MAX_BYTES;

/** A place in the source text, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset. A column is a UTF-16 unit, as editors count. */
export function positionAt(source: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/**
 * Turns a manifest's bytes into text: by byte order mark, else by the encoding that the XML declaration names, else UTF-8.
 *
 * Throws `AppError('manifest')` for bytes that are not in that encoding, naming the first one, and for files over 8 MiB.
 */
export function decodeManifest(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES)
    throw new AppError(
      'manifest',
      `the file has ${bytes.length} bytes; a manifest may have at most ${MAX_BYTES}`,
      'Check that this is the right file.',
    );
  const compression = compressionOf(bytes);
  if (compression)
    throw new AppError(
      'manifest',
      `the file is compressed by ${compression.format}`,
      `Decompress it first: ${compression.command} FILE.`,
    );
  const encoding = encodingOf(bytes);
  if (['iso-8859-1', 'latin1', 'latin-1'].includes(encoding)) return latin1(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof RangeError)
      throw new AppError('manifest', `the encoding ${encoding} is not known`, 'Save the file as UTF-8.');
    const at = firstBadByte(bytes, encoding);
    const line = bytes.subarray(0, at).reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 1);
    throw new AppError(
      'manifest',
      `line ${line}: byte ${at} is not ${encoding.toUpperCase()}`,
      'Save the file as UTF-8, or name its encoding in the XML declaration.',
    );
  }
}

function encodingOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0x3c && b === 0x00) return 'utf-16le';
  if (a === 0x00 && b === 0x3c) return 'utf-16be';
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(
    latin1(bytes.subarray(0, 200)),
  );
  const name = (declared?.[1] ?? 'utf-8').toLowerCase();
  if (/^(utf-?16|utf-?32|ucs)/.test(name))
    throw new AppError(
      'manifest',
      `the XML declaration names ${name.toUpperCase()}, but the file is not`,
      'Correct the encoding in its first line; for most files it is UTF-8.',
    );
  return name;
}

/** Every byte is the character of its number; `TextDecoder` would read Windows-1252. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** Bisects for the length of the longest good beginning. */
function firstBadByte(bytes: Uint8Array, encoding: string): number {
  let good = 0;
  let bad = bytes.length;
  while (good < bad) {
    const middle = (good + bad + 1) >> 1;
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle - 1; // not decodable: the bad byte is before the middle
    }
  }
  return good;
}
