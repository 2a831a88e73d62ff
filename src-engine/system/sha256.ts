import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const BLOCK_BYTES = 1024 * 1024;

/** The SHA-256 of a file, in hex. Reads the file in blocks, whatever its size. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: BLOCK_BYTES }), hash);
  return hash.digest('hex');
}
