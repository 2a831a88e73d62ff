import { closeSync, constants, openSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { quoteBytes } from '../system/shell-quote';
import { escapeName } from '../../src-shared/name-escapes';
import type { RunStoreTool } from './store-tools';
import { below, systemPath } from './bytes';

/** The part of a tree entry that the flags depend on. Paths have a character per byte. */
interface FlaggedEntry {
  readonly path: string;
  readonly type: string;
  readonly flags?: string | undefined;
}

/** Flags of Linux file systems that forbid a change even to root: immutable and append-only (chattr(1)). */
const FLAGS = ['i', 'a'] as const;
const MAX_NAMED = 20;

/**
 * The flags of entries that cannot be changed, by path. `lsattr` runs only for suspects: files to
 * which the kernel refuses write access with a specific error, even for root, and folders.
 */
export async function flagsOf(
  root: string,
  records: readonly FlaggedEntry[],
  tool: RunStoreTool,
): Promise<ReadonlyMap<string, string>> {
  if (process.platform !== 'linux') return new Map();
  const suspects = records.filter(({ path, type }) => isSuspect(below(root, path), type)).map(({ path }) => path);
  const flags = await readFlags(
    suspects.map((path) => below(root, path)),
    tool,
  );
  return new Map(
    suspects.flatMap((path): [string, string][] => {
      const own = flags.get(below(root, path));
      return own === undefined ? [] : [[path, own]];
    }),
  );
}

/** The flags of files and folders that have some, by path; both with a character per byte. */
export async function readFlags(paths: readonly string[], tool: RunStoreTool): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (paths.length === 0) return found;
  const { stdout } = await tool(['xargs', '-0', 'lsattr', '-d', '--'], {
    input: Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1'),
    encoding: 'latin1',
    okExitCodes: [0, 1, 123],
  }).catch(() => ({ stdout: '' })); // not installed
  let at = 0;
  for (const path of paths) {
    // `----i---------e------- PATH`, in the order of the arguments; names may have line ends.
    const end = `${path}\n`;
    const space = stdout.indexOf(' ', at);
    if (space < 0 || !stdout.startsWith(end, space + 1)) continue;
    const flags = FLAGS.filter((flag) => stdout.slice(at, space).includes(flag)).join('');
    if (flags !== '') found.set(path, flags);
    at = space + 1 + end.length;
  }
  return found;
}

function isSuspect(path: string, type: string): boolean {
  // Nothing else shows that a folder is append-only. Only root can have set its flags.
  if (type === 'folder') return process.getuid?.() === 0;
  try {
    if (type === 'file')
      closeSync(openSync(systemPath(path), constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The refusal to change entries that are immutable or append-only, with the command that makes them changeable. */
export function immutable(action: string, root: string, flags: ReadonlyMap<string, string>): AppError {
  const paths = [...flags.keys()].map((path) => below(root, path));
  const named = paths.slice(0, MAX_NAMED).map(escapeName).join(', ');
  const kinds = new Set([...flags.values()].join(''));
  const kind = kinds.has('i') ? 'immutable' : 'append-only';
  return new AppError(
    'snapshot',
    `${action} is not possible: ${named}${paths.length > MAX_NAMED ? ` and ${paths.length - MAX_NAMED} more` : ''} ` +
      `${paths.length === 1 ? 'is' : 'are'} ${kind} (chattr +${[...kinds].join('')}). Nothing was changed.`,
    `Remove the flag and try again: chattr -${[...kinds].join('')} -- ${paths.slice(0, MAX_NAMED).map(quoteBytes).join(' ')}`,
  );
}

/** Gives restored entries their flags. Needs root, which alone can have set them. */
export async function setFlags(
  root: string,
  records: readonly Pick<FlaggedEntry, 'path' | 'flags'>[],
  tool: RunStoreTool,
): Promise<void> {
  for (const flags of new Set(records.flatMap((record) => record.flags ?? []))) {
    const paths = records.filter((record) => record.flags === flags).map(({ path }) => `${below(root, path)}\0`);
    await tool(['xargs', '-0', 'chattr', `+${flags}`, '--'], { input: Buffer.from(paths.join(''), 'latin1') });
  }
}
