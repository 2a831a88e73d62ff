import { existsSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { isFuse } from '../system/mounts';
import { below, bytePath } from './bytes';
import { isUncopied, prepareUncopied, readFlags, setFlags, settableFlags } from './flags';
import type { RunStoreTool } from './store-tools';

/** illumos' own `cp` keeps neither hard links nor holes. */
const GNU_CP_ON_ILLUMOS = '/usr/gnu/bin/cp';
/** The messages of GNU `cp` and `tar`, with LC_ALL=C, about operations that need root. Both programs complete all other operations. */
const NEEDS_ROOT =
  /^(cp: (cannot create special file .*|setting attribute '(security|trusted)\..*)|tar: .*: Cannot change ownership to uid \d+, gid \d+): Operation not permitted$|^tar: Exiting with failure status due to previous errors$/;
/** The exit statuses of `cp`, `tar`, and of xargs(1) with one of them, for which the errors are examined. */
const FAILURES = [0, 1, 2, 123];

/**
 * Copies a tree with all its metadata into an empty folder: owners, modes, times in nanoseconds, hard links, holes,
 * extended attributes with ACLs and capabilities, links, FIFOs, sockets, devices, and the flags of chattr(1).
 * `cp` sets capabilities after the owner, which would remove them.
 *
 * @returns the number of extended attributes and flagged entries that were left out because they need root
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
  const flagged = await flaggedIn(from, tool);
  const root = bytePath(into);
  await prepareUncopied(
    flagged.filter(({ flags, isFolder }) => isUncopied(flags) && !isFolder).map(({ path }) => below(root, path)),
    tool,
  );
  await tolerant.tool([cp, ...argv]);
  const settable = flagged.map(({ path, flags }) => ({ path, flags: settableFlags(flags) }));
  await setFlags(root, settable, tool);
  return tolerant.deniedAttributes() + flagged.filter(({ flags }, n) => settable[n]?.flags !== flags).length;
}

/** The entries with flags. zfs-fuse has none; where a file system has none, `lsattr` reports none. */
async function flaggedIn(
  from: string,
  tool: RunStoreTool,
): Promise<{ path: string; flags: string; isFolder: boolean }[]> {
  if (process.platform !== 'linux' || isFuse(from)) return [];
  const isFlagged = ['(', '-type', 'f', '-o', '-type', 'd', ')'];
  const { stdout } = await tool(['find', from, '-xdev', ...isFlagged, '-printf', '%y%p\\0'], {
    encoding: 'latin1',
    okExitCodes: [0, 1], // folders of another account, which `cp` reports
  });
  const types = new Map(
    stdout
      .split('\0')
      .filter(Boolean)
      .map((entry) => [entry.slice(1), entry[0]]),
  );
  const root = bytePath(from);
  return [...(await readFlags([...types.keys()], tool))].map(([path, flags]) => ({
    path: path.slice(root.length + 1),
    flags,
    isFolder: types.get(path) === 'd',
  }));
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
