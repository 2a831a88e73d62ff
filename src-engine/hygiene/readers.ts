import { createReadStream, createWriteStream } from 'node:fs';
import { open, mkdir, readdir, lstat, readFile, writeFile } from 'node:fs/promises';
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

/** The first bytes of every cpio archive that the kernel reads. */
const CPIO = '0707';

/** Programs that decompress to standard output, by the first bytes of what they read. */
const UNPACKERS: readonly (readonly [magic: string, argv: readonly string[]])[] = [
  ['\x28\xb5\x2f\xfd', ['zstd', '--decompress', '--stdout', '--quiet']],
  ['\x1f\x8b', ['gzip', '--decompress', '--stdout']],
  ['\xfd7zXZ\0', ['xz', '--decompress', '--stdout']],
  ['\x02\x21\x4c\x18', ['lz4', '--decompress', '--stdout', '--quiet']],
];

/**
 * The tree of a boot archive (initrd): cpio archives, one after the other. The last ones may be compressed; those before,
 * such as the microcode of processors, are not. They are unpacked into a folder without their device nodes.
 *
 * Throws `refused` when it has no file: it is something else, or its compression is not known.
 */
export async function bootArchiveTree(name: string, file: string, folder: string): Promise<ImageTree> {
  await mkdir(folder);
  const [part, unpacked] = [`${folder}.part`, `${folder}.unpacked`];
  for (let rest: Buffer = await readFile(file); rest.length > 0;) {
    const start = rest.toString('latin1', 0, 8);
    const packer = UNPACKERS.find(([magic]) => start.startsWith(magic))?.[1];
    if (!packer && !start.startsWith(CPIO)) break;
    await writeFile(part, rest);
    if (packer) {
      await unpack([...packer, part], unpacked);
      rest = await readFile(unpacked);
    } else {
      await extractCpio(part, folder);
      rest = afterCpio(rest);
    }
  }
  const tree = await folderTree(name, folder);
  if (tree.files.length === 0) throw new AppError('refused', `${name} cannot be read as a boot archive.`);
  return tree;
}

/**
 * What follows the first archive, whose last entry has a name of its own. Files may have that name as text, so the headers are followed
 * (form "newc", the one that the kernel reads). Zeros after the archive are skipped.
 */
function afterCpio(bytes: Buffer): Buffer {
  const number = (at: number): number => parseInt(bytes.toString('latin1', at, at + 8), 16);
  const aligned = (at: number): number => Math.ceil(at / 4) * 4;
  for (let at = 0; bytes.toString('latin1', at, at + CPIO.length) === CPIO;) {
    const end = at + 110 + number(at + 94);
    const name = bytes.toString('latin1', at + 110, end - 1);
    at = aligned(end) + aligned(number(at + 54));
    if (name !== 'TRAILER!!!') continue;
    while (bytes[at] === 0) at++;
    return bytes.subarray(at);
  }
  return Buffer.alloc(0);
}

async function extractCpio(archive: string, folder: string): Promise<void> {
  const options = ['--quiet', '--extract', '--make-directories', '--no-absolute-filenames', '--nonmatching', 'dev/*'];
  const cpio = spawn('cpio', options, { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve, reject) => {
    cpio.on('error', reject);
    cpio.on('close', () => resolve());
  });
  await pipeline(createReadStream(archive), cpio.stdin).catch(() => undefined); // cpio ends at the end of the first archive
  await ended;
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
