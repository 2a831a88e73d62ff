import { inflateRawSync } from 'node:zlib';
import { AppError } from '../../src-shared/errors';

/** A compression of boot archives. */
export interface Packing {
  /** The first bytes, one character each. */
  readonly magic: string;
  /** A program that decompresses standard input to standard output. */
  readonly unpacker: readonly [program: string, ...args: string[]];
  /** The Debian package that has the program. */
  readonly package: string;
  /** The length of the first packed part, in bytes: what follows may be packed in another way. It is larger than the input when the part is truncated. */
  lengthOf(bytes: Buffer): number;
}

/** The compressions that are read. Those that the kernel knows besides are out of use. */
export const PACKINGS: readonly Packing[] = [
  {
    magic: '\x28\xb5\x2f\xfd',
    unpacker: ['zstd', '--decompress', '--stdout', '--quiet'],
    package: 'zstd',
    lengthOf: zstdLength,
  },
  { magic: '\x1f\x8b', unpacker: ['gzip', '--decompress', '--stdout'], package: 'gzip', lengthOf: gzipLength },
  { magic: '\xfd7zXZ\0', unpacker: ['xz', '--decompress', '--stdout'], package: 'xz-utils', lengthOf: xzLength },
  {
    magic: '\x02\x21\x4c\x18',
    unpacker: ['lz4', '--decompress', '--stdout', '--quiet'],
    package: 'lz4',
    lengthOf: lz4Length,
  },
];

/** A number of `count` bytes, the lowest first; 0 beyond the end. */
const number = (bytes: Buffer, at: number, count: number): number =>
  at + count > bytes.length ? 0 : bytes.readUIntLE(at, count);
const aligned = (at: number): number => Math.ceil(at / 4) * 4;

/** A frame of zstd (RFC 8878, 3.1.1): a header, blocks, and perhaps a checksum. */
function zstdLength(bytes: Buffer): number {
  const descriptor = bytes[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const [RLE, CHECKSUM_BYTES] = [1, 4];
  for (let at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes; at + 3 <= bytes.length;) {
    const block = number(bytes, at, 3);
    at += 3 + (((block >> 1) & 3) === RLE ? 1 : block >> 3);
    if ((block & 1) !== 0) return at + ((descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES);
  }
  return Infinity;
}

/** A member of gzip (RFC 1952, 2.3): a header, deflated data, and a checksum with the size. */
function gzipLength(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  const [HEADER_CHECKSUM, EXTRA, NAME, COMMENT, END_BYTES] = [2, 4, 8, 16, 8];
  let at = 10;
  if ((flags & EXTRA) !== 0) at += 2 + number(bytes, at, 2);
  for (const flag of [NAME, COMMENT])
    if ((flags & flag) !== 0) {
      const end = bytes.indexOf(0, at);
      if (end < 0) return Infinity;
      at = end + 1;
    }
  if ((flags & HEADER_CHECKSUM) !== 0) at += 2;
  return at + deflatedLength(bytes.subarray(at)) + END_BYTES;
}

function deflatedLength(bytes: Buffer): number {
  try {
    // The types of Node do not have the answer of the option `info`.
    const { engine } = inflateRawSync(bytes, { info: true }) as unknown as { engine: { bytesWritten: number } };
    return engine.bytesWritten;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') return Infinity;
    throw new AppError('refused', `gzip: ${(error as Error).message}`);
  }
}

/** A stream of xz (its file format, 2 to 4): a header, blocks of LZMA2, an index, and a footer. */
function xzLength(bytes: Buffer): number {
  const [HEADER_BYTES, FOOTER_BYTES, CHECKSUM_BYTES] = [12, 12, 4];
  const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64][(bytes[7] ?? 0) & 15] ?? 0;
  let at = HEADER_BYTES;
  for (let size = bytes[at]; size !== 0; size = bytes[at]) {
    if (size === undefined) return Infinity;
    at = aligned(lzma2End(bytes, at + (size + 1) * 4)) + checkBytes;
  }
  // The index: for each block its packed and unpacked size, in 7 bits a byte.
  let left: number;
  [left, at] = vlq(bytes, at + 1);
  for (left *= 2; left > 0 && at < bytes.length; left--) at = vlq(bytes, at)[1];
  return left > 0 ? Infinity : aligned(at) + CHECKSUM_BYTES + FOOTER_BYTES;
}

/** Where the chunks of a block of LZMA2 end. */
function lzma2End(bytes: Buffer, from: number): number {
  const [UNPACKED, NEW_PROPERTIES] = [0x80, 0xc0];
  for (let at = from; at < bytes.length;) {
    const control = bytes[at] ?? 0;
    if (control === 0) return at + 1;
    const sizeAt = control < UNPACKED ? at + 1 : at + 3;
    const size = ((bytes[sizeAt] ?? 0) << 8) + (bytes[sizeAt + 1] ?? 0) + 1;
    at = sizeAt + 2 + (control >= NEW_PROPERTIES ? 1 : 0) + size;
  }
  return Infinity;
}

/** A number of variable length, and where it ends. */
function vlq(bytes: Buffer, from: number): [value: number, end: number] {
  let value = 0;
  for (let at = from, factor = 1; ; at++, factor *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at + 1];
  }
}

/** Blocks of the older format of lz4, the only one that the kernel reads. Nothing marks the last one. */
function lz4Length(bytes: Buffer): number {
  /** A block has 8 MiB when unpacked; a larger number is the beginning of something else. */
  const [UNPACKED_BYTES, HEADER_BYTES] = [8 << 20, 4];
  const maxBytes = UNPACKED_BYTES + Math.floor(UNPACKED_BYTES / 255) + 16;
  let at = HEADER_BYTES;
  for (;;) {
    const size = number(bytes, at, 4);
    if (size === 0 || size > maxBytes) return at;
    at += 4 + size;
    if (at > bytes.length) return Infinity;
  }
}
