import { createHash, type Hash } from 'node:crypto';
import { lstatSync, readFileSync, realpathSync, type BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { NO_CONTENT } from '../../src-shared/checkpoints/fingerprint';
import { linkTarget, typeOf, walk } from './path-walk';
import { HASH_LENGTH, shortHash } from './short-hash';
import { emptyTrace, WriteTracer, type WriteTrace } from './write-trace';

/** Files up to this size are read in one call, before anything else happens. */
const SMALL_BYTES = 1024n * 1024n;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Times with a fraction of a second change with the kernel's clock tick. Those without may stand for two seconds (FAT).
 */
const TICK_MS = 100;
const COARSE_MS = 2100;

/** Identity, size and times of everything that a path's hash depends on. */
export interface PathStat {
  /** Equal texts mean that nothing was written, for contents hashed after `settledAt`. */
  readonly text: string;
  /** The latest moment, in milliseconds since the epoch, at which something may have been written without a new time. */
  readonly settledAt: number;
  /** Shows whether something was written since, also when the same content was put back. It is not stored. */
  readonly trace: WriteTrace;
}

/**
 * The metadata that the content hash of a path depends on, without reading content. For a folder it covers all entries
 * below it, for a link also the target. A missing and an unreadable path have `missing` and `unreadable`.
 *
 * A content that is hashed after `settledAt` and has the same text later is the same content (the racy rule of git).
 *
 * @param except a path below a folder that does not count
 * @param stop ends the walk; the state is then `unreadable`
 */
export async function pathStat(path: string | Buffer, except?: string, stop?: AbortSignal): Promise<PathStat> {
  try {
    const hash = createHash('sha256');
    let settledAt = 0;
    let single: string | undefined;
    let count = 0;
    const tracer = new WriteTracer();
    tracer.addWay(path);
    const add = (stats: BigIntStats, name: Uint8Array): void => {
      single = [typeOf(stats), stats.dev, stats.ino, stats.size, stats.mode, stats.mtimeNs, stats.ctimeNs].join(':');
      hash.update(name).update(`\0${single}\0`);
      count++;
      tracer.add(stats, name);
      settledAt = Math.max(settledAt, settledTime(stats.mtimeNs), settledTime(stats.ctimeNs));
    };
    for await (const { name, stats, path: at } of walk(path, except)) {
      stop?.throwIfAborted();
      add(stats, name);
      if (name.length > 0 || !stats.isSymbolicLink()) continue;
      hash.update(linkTarget(at));
      count++;
      const target = targetOf(path);
      if (!target) continue;
      for await (const behind of walk(target, except)) {
        stop?.throwIfAborted();
        add(behind.stats, behind.name);
      }
    }
    const text = count === 1 ? (single ?? '') : hash.digest('hex').slice(0, HASH_LENGTH);
    return { text, settledAt, trace: tracer.result() };
  } catch (error) {
    const text = stateOf(error);
    return { text, settledAt: 0, trace: emptyTrace(text) };
  }
}

/** What a path is, links not followed; `undefined` when it is missing or cannot be reached. */
export function presentType(path: string | Buffer): ReturnType<typeof typeOf> | undefined {
  try {
    return typeOf(lstatSync(path, { bigint: true }));
  } catch {
    return undefined;
  }
}

/** The size in bytes in the text of a plain file's `PathStat`; `undefined` for anything else. */
export function sizeIn(text: string): string | undefined {
  const [type, , , size] = text.split(':');
  return type === 'file' ? size : undefined;
}

function settledTime(timeNs: bigint): number {
  const isCoarse = timeNs % 1_000_000_000n === 0n;
  return Number(timeNs / 1_000_000n) + (isCoarse ? COARSE_MS : TICK_MS);
}

/**
 * A content hash of a path: of a file of any size; of the names, types, modes, link targets and contents of a folder;
 * of the target of a link and the content behind it; of the type of anything else. `NO_CONTENT.missing` and
 * `.unreadable` otherwise.
 *
 * @param except a path below a folder that does not count
 * @param stop ends the reading; the result is then `NO_CONTENT.unreadable`
 */
export async function pathHash(path: string | Buffer, except?: string, stop?: AbortSignal): Promise<string> {
  try {
    const stats = lstatSync(path, { bigint: true });
    switch (typeOf(stats)) {
      case 'file':
        return stats.size <= SMALL_BYTES ? shortHash(readFileSync(path)) : await largeFileHash(path, stop);
      case 'folder':
        return await treeHash(path, except, stop);
      case 'link':
        return shortHash(
          JSON.stringify(['link', linkTarget(asBytes(path)).toString('latin1'), await behind(path, stop)]),
        );
      default:
        return typeOf(stats);
    }
  } catch (error) {
    return stateOf(error);
  }
}

/** The final target of a link; `undefined` for a dangling or circular link. */
function targetOf(path: string | Buffer): Buffer | undefined {
  try {
    return realpathSync(path, { encoding: 'buffer' });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** The content behind a link. */
async function behind(path: string | Buffer, stop: AbortSignal | undefined): Promise<string> {
  const target = targetOf(path);
  return target === undefined ? NO_CONTENT.missing : pathHash(target, undefined, stop);
}

async function largeFileHash(path: string | Buffer, stop: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  await addContent(hash, path, stop);
  return hash.digest('hex').slice(0, HASH_LENGTH);
}

async function addContent(hash: Hash, path: string | Buffer, stop: AbortSignal | undefined): Promise<void> {
  const file = await open(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      stop?.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      hash.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function treeHash(
  path: string | Buffer,
  except: string | undefined,
  stop: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const { path: at, name, stats } of walk(path, except)) {
    stop?.throwIfAborted();
    hash.update(name).update(`\0${typeOf(stats)} ${stats.mode & 0o7777n}\0`);
    if (stats.isSymbolicLink()) hash.update(linkTarget(at)).update('\0');
    if (!stats.isFile()) continue;
    const content = createHash('sha256');
    if (stats.size <= SMALL_BYTES) content.update(readFileSync(at));
    else await addContent(content, at, stop);
    hash.update(content.digest());
  }
  return hash.digest('hex').slice(0, HASH_LENGTH);
}

const asBytes = (path: string | Buffer): Buffer => (typeof path === 'string' ? Buffer.from(path) : path);

function stateOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' ? NO_CONTENT.missing : NO_CONTENT.unreadable;
}
