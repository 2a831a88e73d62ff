import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { quoteBytes } from '../system/shell-quote';
import { escapeName } from '../../src-shared/name-escapes';
import type { RunStoreTool } from './store-tools';
import { below, parentOf, systemPath } from './bytes';

/** The part of a tree entry that the flags depend on. Paths have a character per byte. */
interface FlaggedEntry {
  readonly path: string;
  readonly type: string;
  readonly flags?: string | undefined;
}

/**
 * The flags that chattr(1) can set, as `lsattr` shows them. `P` is left out, because it belongs to the quotas of the
 * host. The first two forbid a change even to root: immutable and append-only.
 */
const FLAGS: readonly string[] = [...'iaACcDdFjmSsTtux'];
const FORBIDDING: readonly string[] = ['i', 'a'];
/** Only root can set these. */
const NEEDS_ROOT = /[iaj]/g;
const MAX_NAMED = 20;
/** Before more paths than this are examined, the root shows whether the file system has flags at all. */
const MAX_UNPROBED = 100;

/** The flags of files and folders that have some, by path. One `lsattr` costs less than opening each file here. */
export async function flagsOf(
  root: string,
  records: readonly FlaggedEntry[],
  tool: RunStoreTool,
): Promise<ReadonlyMap<string, string>> {
  const paths = records.filter(({ type }) => type === 'file' || type === 'folder').map(({ path }) => path);
  if (process.platform !== 'linux') return new Map();
  if (paths.length > MAX_UNPROBED && !(await hasFlags(root, tool))) return new Map();
  return flagsBelow(root, paths, tool);
}

/** Whether the file system has flags. */
async function hasFlags(path: string, tool: RunStoreTool): Promise<boolean> {
  return (await runLsattr([path], tool)) !== '';
}

/**
 * The flags of entries that cannot be changed, by path. `lsattr` runs only for suspects: files to
 * which the kernel refuses write access with a specific error, even for root, and folders.
 */
export async function forbiddingFlagsOf(
  root: string,
  records: readonly FlaggedEntry[],
  tool: RunStoreTool,
): Promise<ReadonlyMap<string, string>> {
  if (process.platform !== 'linux') return new Map();
  const suspects = records.filter(({ path, type }) => isSuspect(below(root, path), type)).map(({ path }) => path);
  const found = [...(await flagsBelow(root, suspects, tool))].map(([path, flags]): [string, string] => [
    path,
    FORBIDDING.filter((flag) => flags.includes(flag)).join(''),
  ]);
  return new Map(found.filter(([, flags]) => flags !== ''));
}

async function flagsBelow(
  root: string,
  paths: readonly string[],
  tool: RunStoreTool,
): Promise<ReadonlyMap<string, string>> {
  const flags = await readFlags(
    paths.map((path) => below(root, path)),
    tool,
  );
  return new Map(
    paths.flatMap((path): [string, string][] => {
      const own = flags.get(below(root, path));
      return own === undefined ? [] : [[path, own]];
    }),
  );
}

/** The flags of files and folders that have some, by path; both with a character per byte. */
export async function readFlags(paths: readonly string[], tool: RunStoreTool): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (paths.length === 0) return found;
  const stdout = await runLsattr(paths, tool);
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

async function runLsattr(paths: readonly string[], tool: RunStoreTool): Promise<string> {
  const options = { input: argumentsOf(paths), encoding: 'latin1', okExitCodes: [0, 1, 123] } as const;
  const { stdout } = await tool(['xargs', '-0', 'lsattr', '-d', '--'], options).catch(() => ({ stdout: '' })); // not installed
  return stdout;
}

const argumentsOf = (paths: readonly string[]): Buffer =>
  Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');

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

/**
 * Gives copied entries their flags, and checks them. Throws an `AppError` that names the entries and the command when
 * the file system does not keep them. A few flags, such as `i`, need root.
 *
 * @param present flags that entries have already, by path. Those that the records do not contain are removed.
 */
export async function setFlags(
  root: string,
  records: readonly Pick<FlaggedEntry, 'path' | 'flags'>[],
  tool: RunStoreTool,
  present: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const changes = new Map<string, string[]>();
  for (const { path, flags = '' } of records) {
    const old = present.get(path) ?? '';
    if (flags === old) continue;
    const removed = [...old].filter((flag) => !flags.includes(flag)).join('');
    const change = [...(flags === '' ? [] : [`+${flags}`]), ...(removed === '' ? [] : [`-${removed}`])].join(' ');
    const paths = changes.get(change);
    if (paths) paths.push(below(root, path));
    else changes.set(change, [below(root, path)]);
  }
  for (const [change, paths] of changes) await runChattr(change.split(' '), paths, tool);
  await requireFlags(
    root,
    records.filter(({ path, flags }) => flags !== undefined && flags !== present.get(path)),
    tool,
  );
}

/** Some file systems report no error for a flag that they do not set. */
async function requireFlags(
  root: string,
  records: readonly Pick<FlaggedEntry, 'path' | 'flags'>[],
  tool: RunStoreTool,
): Promise<void> {
  const found = await flagsBelow(
    root,
    records.map(({ path }) => path),
    tool,
  );
  const lacking = records.flatMap(({ path, flags = '' }) => {
    const lost = [...flags].filter((flag) => !found.get(path)?.includes(flag)).join('');
    return lost === '' ? [] : [{ path: path === '' ? '.' : path, lost }];
  });
  if (lacking.length === 0) return;
  const named = lacking.slice(0, MAX_NAMED);
  const more = lacking.length > MAX_NAMED ? ` and ${lacking.length - MAX_NAMED} more` : '';
  const lost = [...new Set(lacking.flatMap((entry) => [...entry.lost]))].join('');
  throw new AppError(
    'unsupported',
    `Flags cannot be kept here: ${named.map((entry) => `${escapeName(entry.path)} (chattr +${entry.lost})`).join(', ')}${more}.`,
    'Use a file system that has these flags, and an account that may set them. Or let the step remove them: ' +
      `chattr -${lost} -- ${named.map((entry) => quoteBytes(entry.path)).join(' ')}`,
  );
}

async function runChattr(changes: readonly string[], paths: readonly string[], tool: RunStoreTool): Promise<void> {
  await tool(['xargs', '-0', 'chattr', ...changes, '--'], { input: argumentsOf(paths), okExitCodes: [0, 1, 123] });
}

/**
 * Makes empty files with the flag `C` (no copy on write), which btrfs sets only on files without content. `cp` then
 * writes into them. Where the file system refuses the flag, `setFlags` reports it.
 *
 * @param paths with a character per byte; folders on their way are made
 */
export async function prepareUncopied(paths: readonly string[], tool: RunStoreTool): Promise<void> {
  if (paths.length === 0) return;
  for (const path of paths) {
    mkdirSync(systemPath(parentOf(path)), { recursive: true, mode: 0o700 });
    closeSync(openSync(systemPath(path), 'wx', 0o600));
  }
  await runChattr(['+C'], paths, tool);
}

/** Whether the flags contain one that only a file without content can get. */
export const isUncopied = (flags: string | undefined): boolean => flags?.includes('C') ?? false;

/** The flags without those that this account may not set. */
export const settableFlags = (flags: string): string =>
  process.getuid?.() === 0 ? flags : flags.replace(NEEDS_ROOT, '');
