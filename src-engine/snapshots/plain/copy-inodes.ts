import { chmodSync, copyFileSync, mkdirSync, renameSync, symlinkSync, utimesSync, lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { RunStoreTool } from '../store-tools';
import { nameOf, parentOf, systemPath } from '../bytes';
import { gnu } from './gnu';
import type { EntryType } from './record';

/** An inode to copy: its path, and the number of its copy. Paths have one character per byte. */
export interface InodeCopy {
  readonly source: string;
  readonly number: number;
  readonly type: EntryType;
}

/** A folder whose files are copied under their own names: one link instead of one for each. */
export interface FolderCopy {
  readonly source: string;
  /** The name of the copy. */
  readonly name: string;
}

/** The part of a file to copy: everything, only its content, or its metadata onto a copy of the content. */
export type CopiedPart = 'all' | 'content' | 'metadata';

const FOLDER_ENTRIES = 1024;
/** A symbolic link's target may have 1024 bytes on XFS. */
const MAX_TARGET_BYTES = 900;
const PARTS: Readonly<Record<CopiedPart, readonly string[]>> = {
  all: ['--preserve=mode,ownership,timestamps,xattr', '--sparse=auto', '--reflink=auto'],
  content: ['--no-preserve=all', '--sparse=auto', '--reflink=auto'],
  metadata: ['--preserve=mode,ownership,timestamps,xattr', '--attributes-only'],
};

/** The path of the copy with a number, within the folder of copies. */
export function numberedPath(number: number): string {
  return `${Math.floor(number / FOLDER_ENTRIES)}/${number}`;
}

/**
 * Copies inodes with all their metadata into a folder, under numbers, with a fixed number of processes.
 *
 * For files one `cp` follows a folder of symbolic links to them. The links are made here, so that names of any bytes
 * and number need no arguments. `cp` restores capabilities after the owner, keeps holes and zeros as they are, and
 * shares blocks where the file system can. Fifos, sockets and devices are copied by name, because `cp` reads the
 * attributes of a link and not of its target.
 *
 * @param into the folder, with a character per byte; ASCII only
 */
export async function copyInodes(
  copies: readonly InodeCopy[],
  into: string,
  tool: RunStoreTool,
  part: CopiedPart = 'all',
): Promise<void> {
  mkdirSync(systemPath(into), { recursive: true, mode: 0o700 });
  const files = copies.filter(({ type }) => type === 'file');
  if (files.length > 0) await copyFiles(files, into, tool, part);
  await copyNodes(
    copies.filter(({ type }) => type !== 'file'),
    into,
    tool,
  );
}

/**
 * Copies folders that contain only files. The file system has symbolic links.
 *
 * @param into as for `copyInodes`
 */
export async function copyFolders(folders: readonly FolderCopy[], into: string, tool: RunStoreTool): Promise<void> {
  if (folders.length === 0) return;
  const links = new LinkFolder(`${into}.links`);
  try {
    for (const { source, name } of folders) links.add(source, name);
    await copyLinked(links, into, tool, 'all');
  } finally {
    await rm(systemPath(links.path), { recursive: true, force: true });
  }
  // An ordinary user needs these permissions to remove them.
  for (const { name } of folders) chmodSync(systemPath(`${into}/${name}`), 0o700);
}

async function copyLinked(links: LinkFolder, into: string, tool: RunStoreTool, part: CopiedPart): Promise<void> {
  const paths = [`${links.path}/farm/.`, into].map((path) => Buffer.from(path, 'latin1').toString());
  await tool([gnu('cp'), '--recursive', '--dereference', ...PARTS[part], '--', ...paths]);
}

async function copyFiles(
  files: readonly InodeCopy[],
  into: string,
  tool: RunStoreTool,
  part: CopiedPart,
): Promise<void> {
  const links = new LinkFolder(`${into}.links`);
  try {
    for (const { source, number } of files)
      if (!links.add(source, numberedPath(number))) return copyPlainly(files, into);
    await copyLinked(links, into, tool, part);
  } finally {
    await rm(systemPath(links.path), { recursive: true, force: true });
  }
}

/** A folder of symbolic links whose targets are never too long for the file system: long ones go through further links. */
class LinkFolder {
  readonly #made = new Set<string>();
  readonly #folders = new Map<string, string>();

  constructor(readonly path: string) {
    mkdirSync(systemPath(path), { recursive: true, mode: 0o700 });
    this.#folder('farm');
    this.#folder('long');
  }

  /** Returns whether this file system has symbolic links. */
  add(target: string, name: string): boolean {
    this.#folder(`farm/${parentOf(name)}`);
    try {
      symlinkSync(systemPath(this.#short(target)), systemPath(`${this.path}/farm/${name}`));
      return true;
    } catch (error) {
      if (['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return false;
      throw error;
    }
  }

  #short(target: string): string {
    if (target.length <= MAX_TARGET_BYTES) return target;
    const folder = parentOf(target);
    let link = this.#folders.get(folder);
    if (link === undefined) {
      link = `${this.path}/long/${this.#folders.size}`;
      this.#folders.set(folder, link);
      symlinkSync(systemPath(this.#short(folder)), systemPath(link));
    }
    return `${link}/${nameOf(target)}`;
  }

  #folder(name: string): void {
    if (this.#made.has(name)) return;
    mkdirSync(systemPath(`${this.path}/${name}`), { recursive: true, mode: 0o700 });
    this.#made.add(name);
  }
}

/** For file systems without symbolic links, such as exFAT. They have no metadata except times of 10 ms or coarser. */
function copyPlainly(files: readonly InodeCopy[], into: string): void {
  for (const { source, number } of files) {
    const copy = systemPath(`${into}/${numberedPath(number)}`);
    mkdirSync(systemPath(`${into}/${parentOf(numberedPath(number))}`), { recursive: true });
    copyFileSync(systemPath(source), copy);
    const { atimeMs, mtimeMs } = lstatSync(systemPath(source));
    utimesSync(copy, atimeMs / 1000, mtimeMs / 1000);
  }
}

/** Copies fifos, sockets and devices: as many at once as have different names. */
async function copyNodes(nodes: readonly InodeCopy[], into: string, tool: RunStoreTool): Promise<void> {
  let left = [...nodes];
  while (left.length > 0) {
    const batch = new Map<string, InodeCopy>();
    const later: InodeCopy[] = [];
    for (const node of left) {
      const name = nameOf(node.source);
      if (batch.has(name)) later.push(node);
      else batch.set(name, node);
    }
    const place = `${into}/nodes`;
    mkdirSync(systemPath(place), { recursive: true, mode: 0o700 });
    const options = ['--no-dereference', '--recursive', '--preserve=mode,ownership,timestamps,xattr'];
    await tool(
      [
        gnu('xargs'),
        '-0',
        gnu('cp'),
        ...options,
        `--target-directory=${Buffer.from(place, 'latin1').toString()}`,
        '--',
      ],
      { input: Buffer.from([...batch.values()].map(({ source }) => `${source}\0`).join(''), 'latin1') },
    );
    for (const [name, { number }] of batch) {
      mkdirSync(systemPath(`${into}/${parentOf(numberedPath(number))}`), { recursive: true, mode: 0o700 });
      renameSync(systemPath(`${place}/${name}`), systemPath(`${into}/${numberedPath(number)}`));
    }
    await rm(systemPath(place), { recursive: true, force: true });
    left = later;
  }
}
