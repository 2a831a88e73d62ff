import { createHash } from 'node:crypto';

/** The SHA-1 that a catalogue file claims, and the actual one. */
export interface Signature {
  /** `undefined`: the file has none. */
  readonly claimed: string | undefined;
  readonly actual: string;
}

const MARK = Buffer.from('"_SIGNATURE":');
const COMMA = 0x2c;

/**
 * The signature of a catalogue file. It covers the file's text before the signature was added as the last member of the
 * outermost object. It detects damage and does not prove the author.
 */
export function signatureOf(file: Buffer): Signature {
  const at = file.lastIndexOf(MARK);
  const tail = at < 0 ? '' : file.subarray(at, at + 200).toString('latin1');
  const [whole, claimed] = /^"_SIGNATURE":\s*\{\s*"sha-1":\s*"([0-9a-f]{40})"\s*\}\s*\}\s*$/.exec(tail) ?? [];
  if (whole === undefined || at + whole.length !== file.length) return { claimed: undefined, actual: sha1(file) };
  // The comma before the signature was added with it, except in an empty object.
  const covered = file.subarray(0, file[at - 1] === COMMA ? at - 1 : at);
  return { claimed, actual: sha1(covered, Buffer.from('}\n')) };
}

function sha1(...pieces: readonly Buffer[]): string {
  const hash = createHash('sha1');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
