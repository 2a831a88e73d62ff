import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat, type FileHandle } from '../../system/files';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../../src-shared/errors';
import type { Medium } from '../../../src-shared/engine-answers/media';
import type { BuildHost } from '../../build-hosts/build-host';
import { mustBeFree, place } from '../../files/copy-out';
import { writeChunks } from '../../files/write-chunks';
import { anySignal } from '../../transport/signals';
import type { Argv } from '../../transport/transport';
import { explainFailure } from '../../../src-shared/explain-failure';

/** Poll interval for the size of a file that the SSH client writes. */
const WATCH_MS = 250;
/** More than the rest of a block. */
const BLOCK_BYTES = 64 * 1024;

/** Copies in progress, so that two do not write to the same file. */
const writing = new Set<string>();

/**
 * Copies a finished image to this computer; the copy is complete or absent. After a lost connection it continues when the host is back,
 * and a failed copy continues at the next call. A copy that was interrupted is verified by its checksum.
 *
 * Throws `refused` when the target exists, `missing` when its folder does not exist, `conflict` when the image was replaced
 * meanwhile.
 *
 * @param checksum of the image on the host: SHA-256 in hex
 */
export async function download(
  host: BuildHost,
  medium: Medium,
  to: string,
  checksum: () => Promise<string>,
  signal?: AbortSignal,
): Promise<string> {
  const target = resolve(to);
  await mustBeFree(target);
  // A different image with the same name needs a separate copy.
  const version = createHash('sha256').update(`${medium.path} ${medium.size} ${medium.modified}`).digest('hex');
  const partial = join(dirname(target), `.${basename(target)}.${version.slice(0, 8)}.part`);
  if (writing.has(partial)) throw new AppError('refused', `${target} is already being copied.`, 'Wait for that copy.');
  writing.add(partial);
  try {
    const isWhole = await copyAll(host, medium, partial, signal);
    const isSame =
      (await sizeOf(partial)) === medium.size && (isWhole || (await checksum()) === (await sha256(partial)));
    if (isSame) await place(partial, target);
    // Data of another image is useless for the next copy.
    await rm(partial, { force: true });
    if (isSame) return target;
    throw new AppError('conflict', `${medium.name} was replaced while it was copied.`, 'Copy it again.');
  } catch (error) {
    // A copy that the user cancelled is removed. One that the network interrupted is kept.
    const isOther = error instanceof AppError && error.code === 'conflict';
    if (signal?.aborted || isOther) await rm(partial, { force: true });
    throw error;
  } finally {
    writing.delete(partial);
  }
}

/** Copies until the image is complete or no more data comes. Returns whether it was not interrupted. */
async function copyAll(host: BuildHost, medium: Medium, partial: string, signal?: AbortSignal): Promise<boolean> {
  let at = await sizeOf(partial);
  let isWhole = at === 0;
  for (let before = -1; at < medium.size && at > before; at = await sizeOf(partial)) {
    before = at;
    try {
      await copyFrom(host, medium, at, partial, signal);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unreachable') throw error;
      await host.whenReachable();
      [before, isWhole] = [-1, false];
    }
    signal?.throwIfAborted();
  }
  if (medium.size === 0) await copyFrom(host, medium, 0, partial, signal);
  return isWhole;
}

/** Appends the image's data from an offset on. */
async function copyFrom(
  host: BuildHost,
  medium: Medium,
  at: number,
  partial: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const explained = (error: NodeJS.ErrnoException): never => {
    if (error instanceof AppError || error.syscall === undefined) throw error;
    throw new AppError(
      'refused',
      `${partial} cannot be written: ${explainFailure(error.code, error.message)}.`,
      'Free some space, or choose another folder.',
    );
  };
  const file = await open(partial, 'a+').catch(explained);
  const watch = watchSize(partial, medium.size);
  try {
    const until = anySignal(signal, watch.signal);
    // tail(1) reads and writes small pieces.
    const argv: Argv = at === 0 ? ['cat', medium.path] : ['tail', '-c', `+${at + 1}`, medium.path];
    const command = await host.transport.stream(argv, { input: '', signal: until, appendTo: file });
    // A command that writes to the file directly sends no output here.
    await writeChunks(partial, 'a', atMost(command.output, medium.size - at, medium)).catch(explained);
    const { code, stderr } = await command.ended;
    signal?.throwIfAborted();
    const size = await sizeOf(partial);
    if (size > medium.size) throw tooLong(medium);
    if (size < medium.size) await mustBeWritable(file, size).catch(explained);
    if (code !== 0) throw new AppError('missing', `${medium.name} could not be read to its end: ${stderr.trim()}`);
  } finally {
    watch.end();
    await file.close();
  }
}

/** Forwards a command's output. Throws `conflict` when it exceeds the size that the host announced. */
async function* atMost(output: AsyncIterable<Buffer>, bytes: number, medium: Medium): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of output) {
    left -= chunk.length;
    if (left < 0) throw tooLong(medium);
    yield chunk;
  }
}

const tooLong = ({ name }: Medium): AppError =>
  new AppError('conflict', `The host sends more than the size that it announced for ${name}.`, 'Copy it again.');

/** A signal that aborts when a file that another program writes is larger than it should be. */
function watchSize(path: string, most: number): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const timer = setInterval(() => void check(), WATCH_MS);
  async function check(): Promise<void> {
    if ((await sizeOf(path)) > most) controller.abort();
  }
  return { signal: controller.signal, end: () => clearInterval(timer) };
}

/** Throws the system's error when nothing more can be written: another program that writes to the file reports none here. */
async function mustBeWritable(file: FileHandle, size: number): Promise<void> {
  try {
    await file.appendFile(Buffer.alloc(BLOCK_BYTES));
  } finally {
    await file.truncate(size);
  }
}

async function sizeOf(path: string): Promise<number> {
  // Nothing was copied yet.
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
