import { existsSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import type { RunStoreTool } from './store-tools';

/** illumos' own `cp` keeps neither hard links nor holes. */
const GNU_CP_ON_ILLUMOS = '/usr/gnu/bin/cp';
/** What GNU `cp` reports, with LC_ALL=C, for what only root may create; everything else in the tree it copies all the same. */
const NEEDS_ROOT =
  /^cp: (cannot create special file .*|setting attribute '(security|trusted)\..*): Operation not permitted$/;

/**
 * Copies a tree with all its metadata into an empty folder: owners, modes, times in nanoseconds, hard links, holes, extended attributes
 * with ACLs and capabilities, links, FIFOs, sockets and devices. `cp` sets capabilities after the owner, which would remove them.
 *
 * @returns how many extended attributes were left out because they need root
 */
export async function copyFolder(from: string, into: string, tool: RunStoreTool): Promise<number> {
  const cp = existsSync(GNU_CP_ON_ILLUMOS) ? GNU_CP_ON_ILLUMOS : 'cp';
  // Not `-a`: with it an extended attribute that cannot be kept is no error.
  const metadata = '--preserve=mode,ownership,timestamps,links,xattr';
  const argv =
    process.platform === 'darwin'
      ? ['-a', `${from}/.`, into]
      : ['-dR', metadata, '--sparse=auto', '--reflink=auto', '--', `${from}/.`, into];
  const isRoot = process.getuid?.() === 0;
  const { stderr } = await tool([cp, ...argv], { okExitCodes: isRoot ? [0] : [0, 1] });
  const lines = isRoot ? [] : stderr.split('\n').filter(Boolean);
  const errors = lines.filter((line) => !NEEDS_ROOT.test(line));
  if (errors.length > 0) throw new AppError('snapshot', errors.join('\n'));
  return lines.filter((line) => line.startsWith('cp: setting attribute')).length;
}
