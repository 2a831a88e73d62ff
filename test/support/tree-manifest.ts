import { createHash } from 'node:crypto';
import { createReadStream, type BigIntStats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { runTool } from './run-tool';

/** The parts of a tree that are not compared because the file system under test does not store them. */
export interface TreeManifestOptions {
  /** Leaves out extended attributes, including capabilities and ACLs. */
  readonly ignoreXattrs?: boolean;
  /** `false` leaves out modification times. */
  readonly times?: boolean;
  /** Compares only whole seconds of modification times. */
  readonly wholeSeconds?: boolean;
  /** Compares only type, content and target, for trees in memory. */
  readonly contentOnly?: boolean;
}

const TYPES: Record<number, string> = {
  0o010000: 'fifo',
  0o020000: 'char',
  0o040000: 'dir',
  0o060000: 'block',
  0o100000: 'file',
  0o120000: 'link',
  0o140000: 'socket',
};

/**
 * One line per entry of a tree, the root included: two trees are equal when their manifests are. A line has type, mode,
 * owner, time in nanoseconds, content, names of one file (hard links), device numbers, extended attributes, whether
 * holes are holes, and link targets.
 */
export async function treeManifest(root: string, options: TreeManifestOptions = {}): Promise<string[]> {
  const xattrs = options.contentOnly || options.ignoreXattrs ? new Map<string, string>() : readXattrs(root);
  const entries = (await walk(Buffer.from(root), Buffer.from('.'))).sort((a, b) => Buffer.compare(a.name, b.name));
  // Counts the names in this tree, because copies that share files with other copies have more links than names here.
  const groups = new Map<string, string[]>();
  for (const { name, stats } of entries)
    if (!stats.isDirectory()) groups.set(inodeOf(stats), [...(groups.get(inodeOf(stats)) ?? []), printable(name)]);
  const lines: string[] = [];
  for (const { name, path, stats } of entries) {
    const shown = printable(name);
    const type = TYPES[Number(stats.mode) & 0o170000] ?? 'unknown';
    const fields = [shown, type];
    if (type === 'file') fields.push(`size=${stats.size}`, await contentHash(path));
    if (type === 'link') fields.push(`-> ${printable(await readlink(path, 'buffer'))}`);
    if (!options.contentOnly) {
      const group = groups.get(inodeOf(stats)) ?? [];
      fields.push((Number(stats.mode) & 0o7777).toString(8), `${stats.uid}:${stats.gid}`);
      if (options.times !== false)
        fields.push(`mtime=${options.wholeSeconds ? stats.mtimeNs / 1_000_000_000n : stats.mtimeNs}`);
      if (group.length > 1) fields.push(`one of ${group.length} with ${group[0]}`);
      if (type === 'char' || type === 'block') fields.push(`rdev=${stats.rdev}`);
      // Small files, because file systems pack, pad and compress them.
      if (type === 'file' && stats.size > 1_000_000n)
        fields.push(stats.blocks * 512n < stats.size / 2n ? 'sparse' : 'dense');
      fields.push(...(xattrs.has(shown) ? [xattrs.get(shown) ?? ''] : []));
    }
    lines.push(fields.join(' '));
  }
  return lines;
}

const inodeOf = (stats: BigIntStats): string => `${stats.dev}:${stats.ino}`;

interface Entry {
  readonly name: Buffer;
  readonly path: Buffer;
  readonly stats: BigIntStats;
}

/** Names are bytes, because they may not be UTF-8. */
async function walk(path: Buffer, name: Buffer): Promise<Entry[]> {
  const stats = await lstat(path, { bigint: true });
  const self = { name, path, stats };
  if (!stats.isDirectory()) return [self];
  const below = await Promise.all(
    (await readdir(path, { encoding: 'buffer' })).map((child) => walk(join(path, child), join(name, child))),
  );
  return [self, ...below.flat()];
}

const join = (folder: Buffer, name: Buffer): Buffer => Buffer.concat([folder, Buffer.from('/'), name]);

/** The form in which `getfattr` prints names: everything except plain ASCII as octal. */
function printable(name: Buffer): string {
  return [...name]
    .map((byte) =>
      byte > 32 && byte < 127 && byte !== 92 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`,
    )
    .join('');
}

async function contentHash(path: Buffer): Promise<string> {
  const hash = createHash('sha1');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Attributes of every entry that has some, by the entry's printable name. */
function readXattrs(root: string): Map<string, string> {
  const found = new Map<string, string>();
  const blocks = runTool('getfattr', '--absolute-names', '-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', root).split(
    '\n\n',
  );
  for (const block of blocks) {
    const [head = '', ...lines] = block.trim().split('\n');
    // XFS shows an access control list a second time, in its own form.
    const attributes = lines.filter((line) => !line.startsWith('trusted.SGI_ACL_'));
    const path = head
      .replace(/^# file: /, '')
      .replace(/\\(\d{3})|./gs, (all, octal: string | undefined) =>
        octal === undefined ? all : String.fromCharCode(parseInt(octal, 8)),
      );
    const name = printable(Buffer.from(path, 'latin1')).replace(printable(Buffer.from(root)), '.');
    if (attributes.length > 0) found.set(name, attributes.sort().join(' '));
  }
  return found;
}
