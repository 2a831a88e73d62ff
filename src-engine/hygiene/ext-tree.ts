import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../system/exec';
import { installCommand, findTool } from '../system/executables';
import { AppError } from '../../src-shared/errors';
import type { ImageFile, ImageTree } from './tree';

const ROOT_INODE = 2;
/** A line of `ls -p` of debugfs: inode, mode, owner, group, name, size. */
const ENTRY = /^\/(\d+)\/(\d{6})\/\d+\/\d+\/(.*)\/(\d*)\/$/;
/** The first line that debugfs prints to standard error. */
const BANNER = /^debugfs \d.*$/m;
const COMMAND = /^debugfs: +ls -p <(\d+)>$/;

/** The tree of an ext2, ext3 or ext4 file system, with a way to take files out of it. */
export interface ExtTree extends ImageTree {
  /** Writes a file of the tree to a file of this host. */
  extract(path: string, to: string): Promise<void>;
}

/**
 * Reads an ext2, ext3 or ext4 file system with debugfs, which needs no mount and no root.
 *
 * Throws `refused` when the file system is damaged or truncated. So do the functions of the tree.
 *
 * @param device the image; for a partition with `?offset=BYTES` behind it
 * @param folder a folder for files of commands
 */
export async function extTree(name: string, device: string, folder: string): Promise<ExtTree> {
  const tool = findTool('debugfs');
  if (tool === undefined)
    throw new AppError('missing', 'debugfs, which reads the disk, is not installed.', installCommand('e2fsprogs'));
  const ask = async (...request: readonly [option: '-f' | '-R', value: string]): Promise<string> => {
    const env = { ...process.env, LC_ALL: 'C' };
    const { stdout, stderr } = await exec([tool, ...request, device], {
      errorCode: 'refused',
      encoding: 'latin1',
      env,
    });
    // debugfs exits with 0 for everything.
    const complaint = stderr.replace(BANNER, '').trim();
    if (complaint !== '') throw new AppError('refused', `The file system in ${name} is damaged: ${complaint}`);
    return stdout;
  };
  const run = async (commands: readonly string[]): Promise<string> => {
    const script = join(folder, 'debugfs-commands');
    await writeFile(script, `${commands.join('\n')}\n`, 'latin1');
    return ask('-f', script);
  };
  const inodes = new Map<string, number>();
  const files: ImageFile[] = [];
  const seen = new Set([ROOT_INODE]);
  // All folders of one depth at a time. A damaged file system may have a folder in itself, so each is read once.
  for (let level = new Map([[ROOT_INODE, '']]); level.size > 0;) {
    const below = new Map<number, string>();
    let folderPath = '';
    for (const line of (await run([...level.keys()].map((inode) => `ls -p <${inode}>`))).split('\n')) {
      const command = COMMAND.exec(line);
      if (command) folderPath = level.get(Number(command[1])) ?? '';
      const [, inode, mode = '', entry = '', size] = ENTRY.exec(line) ?? [];
      if (inode === undefined || entry === '.' || entry === '..' || inode === '0') continue;
      const path = `${folderPath}${entry}`;
      if (mode.startsWith('04')) {
        if (!seen.has(Number(inode))) below.set(Number(inode), `${path}/`);
        seen.add(Number(inode));
        continue;
      }
      inodes.set(path, Number(inode));
      files.push({ path, kind: mode.startsWith('10') ? 'file' : 'other', size: Number(size) || 0 });
    }
    level = below;
  }
  const inodeOf = (path: string): string => `<${inodes.get(path) ?? 0}>`;
  return {
    name,
    files,
    async read(path, maxBytes) {
      return (await ask('-R', `cat ${inodeOf(path)}`)).slice(0, maxBytes);
    },
    async extract(path, to) {
      await ask('-R', `dump ${inodeOf(path)} ${to}`);
    },
  };
}
