import { rmSync, statSync } from 'node:fs';
import type { RunStoreTool } from './store-tools';

/**
 * `--checksum`: builds clamp modification times, so a changed file may have its old size and time.
 * `--modify-window=-1`: else times of one second count as equal and are not restored.
 */
export const RSYNC = ['rsync', '-aHAXS', '--checksum', '--modify-window=-1', '--numeric-ids', '--delete'] as const;

/**
 * Copies a tree, exactly, sharing the files that have not changed with an earlier copy.
 *
 * `--link-dest` alone is not exact in two ways (seen with rsync 3.5.0), which are mended here: it makes two names one file when they
 * were one in the earlier copy and are two equal files now, and it leaves out the extended attributes of a link or device of which
 * only something else has changed.
 */
export async function copySharing(
  original: string,
  copy: string,
  earlier: string | undefined,
  tool: RunStoreTool,
): Promise<void> {
  if (earlier === undefined) return void (await tool([...RSYNC, `${original}/`, `${copy}/`]));
  await tool([...RSYNC, `--link-dest=${earlier}`, `${original}/`, `${copy}/`]);
  if (await removeFalseHardLinks(original, copy, tool)) await tool([...RSYNC, `${original}/`, `${copy}/`]);
  else await copyAttributesOfSpecialFiles(original, copy, tool);
}

async function copyAttributesOfSpecialFiles(original: string, copy: string, tool: RunStoreTool): Promise<void> {
  // A file, because names are bytes and need not be text.
  const list = `${copy}.names`;
  try {
    await tool(['find', original, '!', '-type', 'd', '!', '-type', 'f', '-fprintf', list, '%P\\0']);
    if (statSync(list).size === 0) return;
    const names = ['--from0', `--files-from=${list}`, '--no-implied-dirs'];
    await tool(['rsync', '-aHAX', '--modify-window=-1', '--numeric-ids', ...names, `${original}/`, `${copy}/`]);
  } finally {
    rmSync(list, { force: true });
  }
}

/**
 * Removes from a copy the files of which several names are one while the original has them apart. `--link-dest` makes such, when
 * names that were one file in the snapshot before are two equal files now: it links each to its namesake there.
 *
 * Returns whether there were any; they are missing from the copy now and have to be copied without `--link-dest`.
 */
async function removeFalseHardLinks(original: string, copy: string, tool: RunStoreTool): Promise<boolean> {
  const inodesOfOriginal = new Map((await linkedFiles(original, tool)).map(({ inode, name }) => [name, inode]));
  const inodesSeen = new Map<string, string>();
  const wrong = new Set<string>();
  for (const { inode, name } of await linkedFiles(copy, tool)) {
    const there = inodesOfOriginal.get(name) ?? `only ${name}`;
    if ((inodesSeen.get(inode) ?? there) !== there) wrong.add(inode);
    inodesSeen.set(inode, there);
  }
  for (const inode of wrong) await tool(['find', copy, '-inum', inode, '!', '-type', 'd', '-delete']);
  return wrong.size > 0;
}

/** Every name of a file that has several, in the tree or outside. */
async function linkedFiles(root: string, tool: RunStoreTool): Promise<{ inode: string; name: string }[]> {
  const { stdout } = await tool(['find', root, '!', '-type', 'd', '-links', '+1', '-printf', '%i %P\\0']);
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((line) => ({ inode: line.slice(0, line.indexOf(' ')), name: line.slice(line.indexOf(' ') + 1) }));
}
