import { createHash } from 'node:crypto';

/** What a catalogue file says that its SHA-1 is, and what it is. */
export interface Signature {
  /** `undefined`: the file says nothing of it. */
  readonly claimed: string | undefined;
  readonly actual: string;
}

const MARK = Buffer.from('"_SIGNATURE":');
const COMMA = 0x2c;

/**
 * The signature of a catalogue file. It covers the file's text as it was before the signature was put in as the last member of the
 * outermost object; so it tells damage, and is no proof of who wrote it.
 */
export function signatureOf(file: Buffer): Signature {
  const at = file.lastIndexOf(MARK);
  const tail = at < 0 ? '' : file.subarray(at, at + 200).toString('latin1');
  const [whole, claimed] = /^"_SIGNATURE":\s*\{\s*"sha-1":\s*"([0-9a-f]{40})"\s*\}\s*\}\s*$/.exec(tail) ?? [];
  if (whole === undefined || at + whole.length !== file.length) return { claimed: undefined, actual: sha1(file) };
  // The comma before it was put in with it; an object that was empty had none.
  const covered = file.subarray(0, file[at - 1] === COMMA ? at - 1 : at);
  return { claimed, actual: sha1(covered, Buffer.from('}\n')) };
}

function sha1(...pieces: readonly Buffer[]): string {
  const hash = createHash('sha1');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
