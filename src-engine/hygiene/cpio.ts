import { AppError } from '../../src-shared/errors';
import { plainPath, type ImageFile } from './tree';

/** An entry of a cpio archive that is not a folder. */
export interface CpioEntry extends ImageFile {
  readonly content: Buffer;
}

/** The first bytes of an archive in a form that the kernel reads: "newc", and "crc" with checksums. */
const MAGIC = /^07070[12]/;
const HEADER = /^07070[12][0-9a-f]{104}$/i;
const HEADER_BYTES = 110;
const [TYPE_MASK, FOLDER, FILE] = [0o170000, 0o040000, 0o100000];

/** Whether a cpio archive begins here. */
export const isCpio = (bytes: Buffer): boolean => MAGIC.test(bytes.toString('latin1', 0, 6));

/**
 * Reads the cpio archive at the beginning of some bytes, up to its last entry, which has a name of its own. Returns the entries, and
 * how many bytes the archive has. All names of a file with several (hard links) have its content, which is stored once.
 *
 * Throws `refused` for an archive that is damaged or truncated.
 */
export function readCpio(bytes: Buffer): { readonly entries: CpioEntry[]; readonly end: number } {
  const entries: (CpioEntry & { readonly link: string | undefined })[] = [];
  const linked = new Map<string, Buffer>();
  for (let at = 0; ;) {
    // The kernel skips zeros between entries.
    while (bytes[at] === 0) at++;
    const header = bytes.toString('latin1', at, at + HEADER_BYTES);
    if (at + HEADER_BYTES > bytes.length) throw new AppError('refused', 'A cpio archive is truncated.');
    if (!HEADER.test(header)) throw new AppError('refused', `A cpio archive is damaged at byte ${at}.`);
    const field = (index: number): number => parseInt(header.slice(6 + index * 8, 14 + index * 8), 16);
    const [mode, links, size, nameSize] = [field(1), field(4), field(6), field(11)];
    const nameAt = at + HEADER_BYTES;
    const contentAt = aligned(nameAt + nameSize);
    const contentEnd = contentAt + size;
    if (nameAt + nameSize > bytes.length || contentEnd > bytes.length)
      throw new AppError('refused', 'A cpio archive is truncated.');
    const name = bytes.toString('utf8', nameAt, nameAt + nameSize - 1);
    if (nameSize < 2 || bytes[nameAt + nameSize - 1] !== 0)
      throw new AppError('refused', `A cpio archive is damaged at byte ${nameAt}.`);
    const content = bytes.subarray(contentAt, contentEnd);
    at = aligned(contentEnd);
    if (name === 'TRAILER!!!') return { entries: withLinks(entries, linked), end: at };
    const type = mode & TYPE_MASK;
    if (type === FILE && header[5] === '2' && sumOf(content) !== field(12))
      throw new AppError('refused', `The checksum of ${name} in a cpio archive is wrong.`);
    if (type === FOLDER) continue;
    const link = type === FILE && links > 1 ? header.slice(6, 14) + header.slice(62, 78) : undefined;
    if (link !== undefined && size > 0) linked.set(link, content);
    entries.push({ path: plainPath(name), kind: type === FILE ? 'file' : 'other', size, content, link });
  }
}

const aligned = (at: number): number => Math.ceil(at / 4) * 4;

/** The checksum of the form "crc": the sum of all bytes. */
function sumOf(content: Buffer): number {
  let sum = 0;
  for (const byte of content) sum = (sum + byte) >>> 0;
  return sum;
}

function withLinks(
  entries: readonly (CpioEntry & { readonly link: string | undefined })[],
  linked: ReadonlyMap<string, Buffer>,
): CpioEntry[] {
  return entries.map(({ link, ...entry }) => {
    const content = link === undefined ? entry.content : (linked.get(link) ?? entry.content);
    return { ...entry, content, size: content.length };
  });
}
