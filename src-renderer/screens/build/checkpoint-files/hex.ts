/** Bytes in a line. */
export const HEX_WIDTH = 16;

/** A line of a hex view: offset, bytes, and printable characters. */
export interface HexLine {
  readonly offset: string;
  readonly bytes: string;
  readonly text: string;
}

/** Decodes base64. */
export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Encodes any number of bytes as base64. */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Returns a line of 16 bytes; the last can be shorter. */
export function hexLine(bytes: Uint8Array, index: number): HexLine {
  const start = index * HEX_WIDTH;
  const line = [...bytes.subarray(start, start + HEX_WIDTH)];
  const pairs = line.map((byte) => byte.toString(16).padStart(2, '0'));
  const half = HEX_WIDTH / 2;
  return {
    offset: start.toString(16).padStart(8, '0'),
    bytes: `${pairs.slice(0, half).join(' ')}  ${pairs.slice(half).join(' ')}`.padEnd(HEX_WIDTH * 3),
    text: line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
  };
}
