import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, reasonOf } from '../../src-shared/errors';
import { resultOf, type ToolEnd } from '../system/exec';
import { findTool, installCommand } from '../system/executables';
import { isCpio, readCpio, type CpioEntry } from './cpio';
import { PACKINGS, type Packing } from './packed-parts';
import type { ImageTree } from './tree';

/**
 * The tree of a boot archive (initrd): cpio archives, one after the other, with zeros between them. Each may be compressed; the first
 * ones, such as the microcode of processors, are not. As for the kernel, the last entry with a path counts.
 *
 * Throws `refused` when a part of it cannot be read: it is damaged, truncated or in another format.
 *
 * @param folder does not exist; the archives are unpacked in it
 */
export async function bootArchiveTree(name: string, file: string, folder: string): Promise<ImageTree> {
  await mkdir(folder);
  const entries = new Map<string, CpioEntry>();
  try {
    await readParts(await readFile(file), folder, entries);
    if (entries.size === 0) throw new AppError('refused', 'It contains no files.');
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'refused') throw error;
    throw new AppError('refused', `${name} cannot be read as a boot archive. ${reasonOf(error)}`);
  }
  return {
    name,
    files: [...entries.values()],
    read: (path, maxBytes) => Promise.resolve(entries.get(path)?.content.toString('latin1', 0, maxBytes) ?? ''),
  };
}

async function readParts(bytes: Buffer, folder: string, to: Map<string, CpioEntry>): Promise<void> {
  for (let at = 0; ;) {
    while (bytes[at] === 0) at++;
    if (at >= bytes.length) return;
    const rest = bytes.subarray(at);
    if (isCpio(rest)) {
      const { entries, end } = readCpio(rest);
      for (const entry of entries) to.set(entry.path, entry);
      at += end;
      continue;
    }
    const packing = PACKINGS.find(({ magic }) => rest.toString('latin1', 0, magic.length) === magic);
    if (!packing)
      throw new AppError('refused', `Byte ${at} begins neither a cpio archive nor data in a known compression format.`);
    const length = packing.lengthOf(rest);
    if (length > rest.length)
      throw new AppError('refused', `The part compressed for ${packing.unpacker[0]} is truncated.`);
    await readParts(await unpack(packing, rest.subarray(0, length), join(folder, 'unpacked')), folder, to);
    at += length;
  }
}

/** Decompresses a part. */
async function unpack({ unpacker, package: from }: Packing, part: Buffer, to: string): Promise<Buffer> {
  const [program, ...args] = unpacker;
  const tool = findTool(program);
  if (tool === undefined)
    throw new AppError('missing', `${program}, which reads the boot archive, is not installed.`, installCommand(from));
  const output = await open(to, 'w');
  try {
    const child = spawn(tool, args, { stdio: ['pipe', output.fd, 'pipe'] });
    const messages: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => messages.push(chunk));
    child.stdin?.on('error', () => undefined); // the exit status is decisive
    child.stdin?.end(part);
    const end = await new Promise<ToolEnd>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) =>
        resolve({ code, signal, stdout: Buffer.alloc(0), stderr: Buffer.concat(messages) }),
      );
    });
    resultOf(unpacker, end, { errorCode: 'refused' });
  } finally {
    await output.close();
  }
  return readFile(to);
}
