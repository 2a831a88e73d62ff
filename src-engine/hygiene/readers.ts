import { open } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';
import { plainPath, type ImageFile, type ImageTree } from './tree';

const run = (argv: readonly [string, ...string[]], okExitCodes: readonly number[] = [0]) =>
  exec(argv, { errorCode: 'refused', okExitCodes, encoding: 'latin1', env: { ...process.env, LC_ALL: 'C' } });

/** A line of `unsquashfs -lln`: mode, owner, size, date, time, path. */
const SQUASHFS_LINE = /^(\S{10}) +\S+ +(\d+(?:, *\d+)?) \S+ \S+ (.*)$/;

/** The tree of a squashfs file. */
export async function squashfsTree(name: string, file: string): Promise<ImageTree> {
  const { stdout } = await run(['unsquashfs', '-lln', '-dest', '', file]);
  const files = stdout.split('\n').flatMap((line): ImageFile[] => {
    const [, mode = '', size = '', path = ''] = SQUASHFS_LINE.exec(line) ?? [];
    if (path === '') return [];
    return [{ path: plainPath(path), kind: mode.startsWith('-') ? 'file' : 'other', size: Number(size) || 0 }];
  });
  if (files.length === 0) throw new AppError('refused', `${file} cannot be read as squashfs.`);
  return {
    name,
    files,
    async read(path, maxBytes) {
      return (await run(['unsquashfs', '-cat', file, path])).stdout.slice(0, maxBytes);
    },
  };
}

/** A line of `tar --list --verbose --numeric-owner --quoting-style=literal`. */
const TAR_LINE = /^(\S{10})\S* +\S+ +(\d+(?:,\d+)?) \S+ \S+ (.*)$/;

/** In the line of a hard link. */
const LINK = ' link to ';

/** The tree of a tar archive. GNU tar finds out how it is compressed. */
export async function tarTree(name: string, file: string): Promise<ImageTree> {
  const list = ['--list', '--verbose', '--numeric-owner', '--full-time', '--quoting-style=literal'];
  const { stdout } = await run(['tar', ...list, '--file', file]);
  /** Where a path has its content: a hard link has that of an earlier path. */
  const original = new Map<string, { readonly path: string; readonly size: number }>();
  const files = stdout.split('\n').flatMap((line): ImageFile[] => {
    const [, mode = '', bytes = '', entry = ''] = TAR_LINE.exec(line) ?? [];
    if (entry === '') return [];
    const [path = '', target] = mode.startsWith('h') ? entry.split(LINK) : [entry];
    const linked = target === undefined ? undefined : original.get(plainPath(target));
    const content = linked ?? { path, size: Number(bytes) || 0 };
    original.set(plainPath(path), content);
    return [{ path: plainPath(path), kind: /^[-h]/.test(mode) ? 'file' : 'other', size: content.size }];
  });
  return {
    name,
    files,
    async read(path, maxBytes) {
      const member = original.get(path)?.path ?? path;
      const argv = ['tar', '--extract', '--to-stdout', '--file', file, '--', member] as const;
      return (await run(argv)).stdout.slice(0, maxBytes);
    },
  };
}

/** The first bytes of a file. */
export async function firstBytes(path: string, count: number, at = 0): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, at);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
