import { existsSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { isFuse } from '../system/mounts';
import { bytePath } from './bytes';
import { readFlags, setFlags } from './flags';
import type { RunStoreTool } from './store-tools';

/** illumos' own `cp` keeps neither hard links nor holes. */
const GNU_CP_ON_ILLUMOS = '/usr/gnu/bin/cp';
/** The messages of GNU `cp` and `tar`, with LC_ALL=C, about operations that need root. They complete all others. */
const NEEDS_ROOT =
  /^(cp: (cannot create special file .*|setting attribute '(security|trusted)\..*)|tar: .*: Cannot change ownership to uid \d+, gid \d+): Operation not permitted$|^tar: Exiting with failure status due to previous errors$/;
/** The exit statuses of `cp`, `tar`, and of xargs(1) with one of them, for which the errors are examined. */
const FAILURES = [0, 1, 2, 123];

/**
 * Copies a tree with all its metadata into an empty folder: owners, modes, times in nanoseconds, hard links, holes,
 * extended attributes with ACLs and capabilities, links, FIFOs, sockets, devices, and the flags of chattr(1) that
 * forbid changes. `cp` sets capabilities after the owner, which would remove them.
 *
 * @returns the number of extended attributes that were left out because they need root
 */
export async function copyFolder(from: string, into: string, tool: RunStoreTool): Promise<number> {
  const cp = existsSync(GNU_CP_ON_ILLUMOS) ? GNU_CP_ON_ILLUMOS : 'cp';
  // Not `-a`: it ignores extended attributes that cannot be kept.
  const metadata = '--preserve=mode,ownership,timestamps,links,xattr';
  const argv =
    process.platform === 'darwin'
      ? ['-a', `${from}/.`, into]
      : ['-dR', metadata, '--sparse=auto', '--reflink=auto', '--', `${from}/.`, into];
  const tolerant = tolerateMissingRights(tool, from);
  await tolerant.tool([cp, ...argv]);
  await copyFlags(from, into, tool);
  return tolerant.deniedAttributes();
}

/** Only root can set these flags. zfs-fuse has none; where a file system has none, `lsattr` reports none. */
async function copyFlags(from: string, into: string, tool: RunStoreTool): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || isFuse(from)) return;
  const isFlagged = ['(', '-type', 'f', '-o', '-type', 'd', ')'];
  const { stdout } = await tool(['find', from, '-xdev', ...isFlagged, '-print0'], { encoding: 'latin1' });
  const root = bytePath(from);
  const flags = await readFlags(stdout.split('\0').filter(Boolean), tool);
  const records = [...flags].map(([path, own]) => ({ path: path.slice(root.length + 1), flags: own }));
  await setFlags(bytePath(into), records, tool);
}

/**
 * Runs GNU `cp` and `tar` for an ordinary user so that parts that need root are left out, and any other failure is
 * still an error.
 *
 * @param from the name of the tree in messages
 */
export function tolerateMissingRights(
  tool: RunStoreTool,
  from: string,
): { tool: RunStoreTool; deniedAttributes: () => number } {
  let denied = 0;
  if (process.getuid?.() === 0) return { tool, deniedAttributes: () => denied };
  return {
    async tool(argv, options) {
      if (!argv.includes('cp') && !argv.includes('--extract')) return tool(argv, options);
      const result = await tool(argv, { ...options, okExitCodes: FAILURES });
      const lines = result.stderr.split('\n').filter(Boolean);
      denied += lines.filter((line) => line.startsWith('cp: setting attribute')).length;
      const errors = lines.filter((line) => !NEEDS_ROOT.test(line));
      if (errors.length > 0) throw new AppError('snapshot', `${from} cannot be copied: ${errors.join('\n')}`);
      return { ...result, stderr: '' };
    },
    deniedAttributes: () => denied,
  };
}
