import { onOpenFile, open } from '../system/files';

/** A write has a cost of its own: many small ones take as much of the processor as the decryption of the data. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Writes data to a file as it comes, in batches, one of which is written while the next one is collected. What came before an error of the
 * data is written. Throws that error, or the system's.
 *
 * @param flags `wx` for a new file, `a` to append
 */
export async function writeChunks(path: string, flags: 'wx' | 'a', chunks: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, flags);
  let batch: Buffer[] = [];
  let size = 0;
  let writing: Promise<void> = Promise.resolve();
  async function flush(): Promise<void> {
    const bytes = Buffer.concat(batch);
    [batch, size] = [[], 0];
    await writing;
    writing = onOpenFile(path, () => file.appendFile(bytes));
    writing.catch(() => undefined); // awaited before the next one
  }
  try {
    try {
      for await (const chunk of chunks) {
        batch.push(chunk);
        size += chunk.length;
        if (size >= BATCH_BYTES) await flush();
      }
    } finally {
      await flush();
      await writing;
    }
  } finally {
    await file.close();
  }
}
