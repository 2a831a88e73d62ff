import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * V8's compiled form of the program, beside the program's file. With it a start neither parses nor compiles the
 * program. It is optional: when the file is missing, damaged, untrusted or made by another Node, the start only takes
 * longer, and a folder without write access gets no cache.
 */
export interface CodeCache {
  /** The content; `undefined` when there is no trusted one. */
  read(): Buffer | undefined;
  /** Replaces the file, and removes those of other versions of the program. Never throws. */
  write(data: Buffer): void;
}

/**
 * @param program the program's file
 * @param hash a hash of the program's text, because V8 compares only its length
 * @param profile the kind of run: functions that a run did not call are not in its cache
 */
export function codeCache(program: string, hash: string, profile: string): CodeCache {
  const folder = dirname(program);
  const prefix = `.${basename(program, '.cjs')}-`;
  const path = join(folder, `${prefix}${hash}-${process.versions.v8}-${process.arch}-${profile}.cache`);
  return {
    read: () => ignoringErrors(() => readTrusted(path, program)),
    write: (data) =>
      ignoringErrors(() => {
        writeDurably(path, data);
        for (const name of readdirSync(folder))
          if (name.startsWith(prefix) && !name.startsWith(prefix + hash)) unlinkSync(join(folder, name));
      }),
  };
}

/**
 * The content, which the file has twice: V8 does not detect damage and may crash, and hashing takes longer than
 * comparing. The content is code, so only the account itself, root or the owner of the program may have written it.
 */
function readTrusted(path: string, program: string): Buffer | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { uid, mode, size } = fstatSync(file);
    const isTrusted = uid === process.geteuid?.() || uid === 0 || uid === statSync(program).uid;
    if (!isTrusted || (mode & 0o022) !== 0 || size === 0) return undefined;
    const both = readFileSync(file);
    const half = both.subarray(0, both.length / 2);
    return half.equals(both.subarray(both.length / 2)) ? half : undefined;
  } finally {
    closeSync(file);
  }
}

/** Synced before the rename, so that a power loss leaves the old file or the new one. */
function writeDurably(path: string, data: Buffer): void {
  const partial = `${path}.${process.pid}`;
  const file = openSync(partial, 'wx', 0o644);
  try {
    writeFileSync(file, Buffer.concat([data, data]));
    fsyncSync(file);
    renameSync(partial, path);
  } catch (error) {
    unlinkSync(partial);
    throw error;
  } finally {
    closeSync(file);
  }
}

function ignoringErrors<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined; // without the cache the engine only starts more slowly
  }
}
