import { readdir, readFile, rm, stat, utimes } from '../../system/files';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { CatalogueAnswer } from '../../../src-shared/engine-answers/packages';
import { writeState } from '../../files/text-files';
import type { Transport } from '../../transport/transport';

const CHUNK_BYTES = 1024 * 1024;
const MAX_CATALOGUE_BYTES = 512 * 1024 * 1024;
/** The most recently used texts are kept. */
const MAX_KEPT_TEXTS = 6;

/** Catalogue texts, cached on this computer by revision, because they are large and hosts may be far away. */
export class CatalogueTexts {
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Returns the text of a catalogue on a host. Rejects with `conflict` when the host's file is not the one that the answer names. */
  async read(transport: Transport, { revision, file, bytes }: CatalogueAnswer): Promise<string> {
    if (this.#folder === undefined) return (await fetchText(transport, file, bytes)).toString('utf8');
    const kept = join(this.#folder, `${revision.replace(/[^\w-]/g, '_')}.txt`);
    // A text that is not cached is fetched.
    const text = await readFile(kept).catch(() => undefined);
    if (text?.length === bytes) {
      // The time only decides which texts are dropped.
      await utimes(kept, new Date(), new Date()).catch(() => undefined);
      return text.toString('utf8');
    }
    const fetched = await fetchText(transport, file, bytes);
    await keep(this.#folder, kept, fetched).catch(() => undefined); // the cache only saves time
    return fetched.toString('utf8');
  }
}

async function keep(folder: string, path: string, text: Buffer): Promise<void> {
  await writeState(path, text);
  const files = (await readdir(folder)).map((name) => join(folder, name));
  const dated = await Promise.all(files.map(async (file) => ({ file, time: (await stat(file)).mtimeMs })));
  const old = dated.sort((a, b) => b.time - a.time).slice(MAX_KEPT_TEXTS);
  await Promise.all(old.map(({ file }) => rm(file, { force: true })));
}

async function fetchText(transport: Transport, file: string, bytes: number): Promise<Buffer> {
  if (bytes > MAX_CATALOGUE_BYTES)
    throw new AppError('unsupported', 'The catalogue of the build host is larger than 512 MiB.');
  const chunks: Buffer[] = [];
  let at = 0;
  while (at < bytes) {
    const chunk = await transport.readFile(file, at, Math.min(CHUNK_BYTES, bytes - at));
    if (chunk.length === 0) break;
    chunks.push(chunk);
    at += chunk.length;
  }
  if (at !== bytes)
    throw new AppError('conflict', 'The catalogue on the build host changed while it was read.', 'Try again.');
  return Buffer.concat(chunks);
}
