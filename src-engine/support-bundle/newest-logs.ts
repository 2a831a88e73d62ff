import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { putAwayLog } from '../../src-shared/runs/put-away';
import { ifMissing } from '../system/files';

/** The limits on each log and on all logs together, in bytes. */
export interface Limits {
  readonly each: number;
  readonly all: number;
}

/** A log, or its end. */
export interface LogText {
  readonly name: string;
  readonly text: string;
  /** Bytes at the beginning that were left out. */
  readonly left: number;
}

/**
 * Only journals and logs in the original's form: other files in the folder belong to the user. The names are short
 * enough for a tar header.
 */
const PACKED = /\.(?:gz|xz|zst|bz2|lz4)$/;
const LOG = /^(?:run-[\d-]{1,40}\.jsonl|(?:simple|detail)-log-[\w.-]{1,40})$/;

/**
 * The newest logs of a folder, newest first, each cut at its beginning to the limit, and the number of older ones. Cuts
 * are at line ends. `unread` lists the logs that could not be read: those of other accounts, and compressed ones, in which no secret
 * could be found.
 */
export async function newestLogs(
  folder: string,
  { each, all }: Limits,
): Promise<{ readonly logs: readonly LogText[]; readonly older: number; readonly unread: readonly string[] }> {
  const names = (await readdir(folder).catch(ifMissing)) ?? [];
  const unread = names.filter((name) => isPackedLog(name)).map((name) => `${join(folder, name)} is compressed`);
  const found = await Promise.all(
    names
      .filter((name) => LOG.test(name) && !PACKED.test(name))
      // One may be removed meanwhile.
      .map(async (name) => ({ name, stats: await lstat(join(folder, name)).catch(() => undefined) })),
  );
  const files = found
    // Links are skipped: another account with write access could make one to any file.
    .flatMap(({ name, stats }) => (stats?.isFile() ? [{ name, size: stats.size, modified: stats.mtimeMs }] : []))
    .sort((a, b) => b.modified - a.modified || (a.name < b.name ? 1 : -1));
  const taken: LogText[] = [];
  let remaining = all;
  let failed = 0;
  for (const { name, size } of files) {
    const length = Math.min(size, each, remaining);
    if (length === 0 && size > 0) break;
    const end = await endOf(join(folder, name), size, length).catch((error: Error) => void unread.push(error.message));
    if (!end) {
      failed++;
      continue;
    }
    remaining -= length;
    taken.push({ name, ...end });
  }
  return { logs: taken, older: files.length - taken.length - failed, unread };
}

/** A log that another program, such as logrotate, has compressed. */
const isPackedLog = (name: string): boolean =>
  PACKED.test(name) && (putAwayLog(name) !== undefined || LOG.test(name.replace(PACKED, '')));

async function endOf(path: string, size: number, length: number): Promise<{ text: string; left: number }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await file.read(bytes, 0, length, size - length);
    const text = bytes.subarray(0, bytesRead);
    if (size === length) return { text: text.toString('utf8'), left: 0 };
    // Half a line may contain half a secret.
    const begin = text.includes('\n') ? text.indexOf('\n') + 1 : bytesRead;
    return { text: text.subarray(begin).toString('utf8'), left: size - length + begin };
  } finally {
    await file.close();
  }
}
