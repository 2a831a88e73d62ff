import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { CatalogueAnswer } from '../../../src-shared/engine-answers/packages';
import type { Transport } from '../../transport/transport';

/** How much is read at once, in bytes. */
const CHUNK = 1024 * 1024;
/** A larger catalogue is none. */
const MOST_BYTES = 512 * 1024 * 1024;
/** The texts that were wanted last stay. */
const MOST_KEPT = 6;

/** Texts of catalogues, kept on this computer by their revisions: they are large, and a host may be far. */
export class CatalogueTexts {
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** The text of a catalogue on a host. Rejects when the host's file is not what the answer says. */
  async read(transport: Transport, { revision, file, bytes }: CatalogueAnswer): Promise<string> {
    if (this.#folder === undefined) return (await fetchText(transport, file, bytes)).toString('utf8');
    const kept = join(this.#folder, `${revision.replace(/[^\w-]/g, '_')}.txt`);
    const text = await readFile(kept).catch(() => undefined);
    if (text?.length === bytes) {
      await utimes(kept, new Date(), new Date()).catch(() => undefined);
      return text.toString('utf8');
    }
    const fetched = await fetchText(transport, file, bytes);
    await keep(this.#folder, kept, fetched).catch(() => undefined); // without it the next start is slower
    return fetched.toString('utf8');
  }
}

async function keep(folder: string, path: string, text: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true });
  const partial = `${path}.${process.pid}.part`;
  await writeFile(partial, text);
  await rename(partial, path);
  const files = (await readdir(folder)).map((name) => join(folder, name));
  const dated = await Promise.all(files.map(async (file) => ({ file, time: (await stat(file)).mtimeMs })));
  const old = dated.sort((a, b) => b.time - a.time).slice(MOST_KEPT);
  await Promise.all(old.map(({ file }) => rm(file, { force: true })));
}

async function fetchText(transport: Transport, file: string, bytes: number): Promise<Buffer> {
  if (bytes > MOST_BYTES) throw new AppError('unsupported', 'The catalogue of the build host is larger than 512 MiB.');
  const chunks: Buffer[] = [];
  let at = 0;
  while (at < bytes) {
    const chunk = await transport.readFile(file, at, Math.min(CHUNK, bytes - at));
    if (chunk.length === 0) break;
    chunks.push(chunk);
    at += chunk.length;
  }
  if (at !== bytes)
    throw new AppError('conflict', 'The catalogue on the build host changed while it was read.', 'Try again.');
  return Buffer.concat(chunks);
}
