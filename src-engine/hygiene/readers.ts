import { createReadStream, createWriteStream } from 'node:fs';
import { open, mkdir, readdir, lstat, readFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
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

/** The tree of a tar archive. GNU tar finds out how it is compressed. */
export async function tarTree(name: string, file: string): Promise<ImageTree> {
  const list = ['--list', '--verbose', '--numeric-owner', '--full-time', '--quoting-style=literal'];
  const { stdout } = await run(['tar', ...list, '--file', file]);
  const original = new Map<string, string>();
  const files = stdout.split('\n').flatMap((line): ImageFile[] => {
    const [, mode = '', size = '', path = ''] = TAR_LINE.exec(line) ?? [];
    if (path === '') return [];
    original.set(plainPath(path), path);
    return [{ path: plainPath(path), kind: mode.startsWith('-') ? 'file' : 'other', size: Number(size) || 0 }];
  });
  return {
    name,
    files,
    async read(path, maxBytes) {
      const argv = ['tar', '--extract', '--to-stdout', '--file', file, '--', original.get(path) ?? path] as const;
      return (await run(argv)).stdout.slice(0, maxBytes);
    },
  };
}

/** The tree of a folder. Links are not followed. */
export async function folderTree(name: string, folder: string): Promise<ImageTree> {
  const files: ImageFile[] = [];
  const walk = async (inside: string): Promise<void> => {
    for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) await walk(path);
      else files.push({ path, kind: entry.isFile() ? 'file' : 'other', size: (await lstat(join(folder, path))).size });
    }
  };
  await walk('');
  return {
    name,
    files,
    async read(path, maxBytes) {
      return (await readFile(join(folder, path), 'latin1')).slice(0, maxBytes);
    },
  };
}

/**
 * The tree of a boot archive (initrd): cpio, compressed with zstd or gzip or not at all. It is unpacked into a folder
 * without its device nodes.
 */
export async function bootArchiveTree(name: string, file: string, folder: string): Promise<ImageTree> {
  await mkdir(folder);
  const magic = await firstBytes(file, 4);
  const packer = magic.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))
    ? ['zstd', '--decompress', '--stdout', '--quiet', file]
    : magic.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))
      ? ['gzip', '--decompress', '--stdout', file]
      : undefined;
  const archive = `${folder}.cpio`;
  if (packer) await unpack(packer, archive);
  const source = createReadStream(packer ? archive : file);
  const cpio = spawn(
    'cpio',
    ['--quiet', '--extract', '--make-directories', '--no-absolute-filenames', '--nonmatching', 'dev/*'],
    {
      cwd: folder,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  const ended = new Promise<void>((resolve, reject) => {
    cpio.on('error', reject);
    cpio.on('close', () => resolve());
  });
  await pipeline(source, cpio.stdin).catch(() => undefined); // cpio ends at the end of the first archive
  await ended;
  return folderTree(name, folder);
}

/** Runs a program that decompresses, and writes its output to a file. A second part of another kind is left out. */
async function unpack([program = '', ...args]: readonly string[], to: string): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const started = new Promise<never>((_resolve, reject) => child.on('error', reject));
  await Promise.race([pipeline(child.stdout, createWriteStream(to)), started]);
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
