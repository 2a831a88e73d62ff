import { chmodSync } from 'node:fs';
import { AppError } from '../../../src-shared/errors';
import type { RunStoreTool } from '../store-tools';
import { below, systemPath } from '../bytes';
import { gnu } from './gnu';
import { hasAcl, readAttributes, writeArchive, type PaxEntry } from './pax';
import type { TreeRecord } from './record';

const XATTRS = ['--xattrs', '--xattrs-include=*'] as const;
const OWNER_BITS = 0o700;

/**
 * Reads the extended attributes of folders and links, including access control lists, with one `tar`, because Node
 * cannot. The archive has no content, because it contains no files.
 *
 * @returns the attributes in the order of `paths`; `undefined` when entries vanished meanwhile
 */
export async function captureAttributes(
  root: string,
  paths: readonly string[],
  tool: RunStoreTool,
): Promise<(string | undefined)[] | undefined> {
  if (paths.length === 0) return [];
  const names = paths.map((path) => (path === '' ? '.' : `./${path}`));
  const { stdout } = await tool(
    [
      gnu('tar'),
      ...['--create', '--format=posix', ...XATTRS, '--pax-option=delete=mtime,delete=atime,delete=ctime'],
      ...[
        '--no-recursion',
        '--hard-dereference',
        '--numeric-owner',
        '--directory',
        Buffer.from(root, 'latin1').toString(),
      ],
      ...['--null', '--verbatim-files-from', '--files-from=-'],
    ],
    {
      input: Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1'),
      encoding: 'latin1',
      okExitCodes: [0, 1, 2],
    },
  );
  const found = readAttributes(stdout);
  return found.length === paths.length ? found : undefined;
}

/**
 * Creates links, and gives existing folders their exact metadata. Paths are below `root`; a folder comes before its
 * contents.
 */
export async function applyAttributes(
  root: string,
  records: readonly (PaxEntry | TreeRecord)[],
  tool: RunStoreTool,
): Promise<void> {
  if (records.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  const entries = records.map((record): PaxEntry => ({
    ...record,
    type: record.type === 'link' ? 'link' : 'folder',
    path: record.path === '' ? '.' : `./${record.path}`,
    // An ordinary user cannot set attributes of a folder without write permission.
    mode: isRoot || record.type === 'link' ? record.mode : record.mode | OWNER_BITS,
  }));
  const { stderr } = await tool(
    [
      gnu('tar'),
      ...['--extract', '--preserve-permissions', '--absolute-names', '--same-owner', '--numeric-owner'],
      ...[...XATTRS, '--acls', '--delay-directory-restore', '--warning=no-timestamp'],
      ...['--directory', Buffer.from(root, 'latin1').toString(), '--file=-'],
    ],
    { input: writeArchive(entries) },
  );
  // A file system without access control lists (exfat) refuses to remove them too.
  const needsAcls = records.some(({ attributes }) => hasAcl(attributes));
  const isHarmless = (line: string): boolean => !needsAcls && /POSIX ACLs .*: Operation not supported$/.test(line);
  // tar only warns of attributes that it cannot set. The host manages SELinux labels.
  const failed = stderr
    .split('\n')
    .filter((line) => line.includes('Cannot') && !line.includes('selinux') && !isHarmless(line));
  if (failed.length > 0)
    throw new AppError('snapshot', `Metadata could not be restored exactly: ${failed.slice(0, 3).join('; ')}.`);
  if (isRoot) return;
  for (const { path, type, mode } of [...records].reverse())
    if (type !== 'link' && (mode & OWNER_BITS) !== OWNER_BITS) chmodSync(systemPath(below(root, path)), mode);
}
