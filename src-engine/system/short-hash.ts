import { createHash } from 'node:crypto';

/** Length of a hash as text: 128 bits are enough to distinguish edits. */
export const HASH_LENGTH = 32;

/** The hash of the content, as `HASH_LENGTH` hexadecimal digits. */
export function shortHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, HASH_LENGTH);
}
