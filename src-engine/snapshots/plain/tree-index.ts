import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, readSync, writeSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { listOf, number, object, optional, pairOf, text } from '../../../src-shared/shape';
import { readRegularFile } from '../../system/files';
import { parseJson } from '../../system/json-file';
import { DamagedSnapshot } from '../damaged';
import { below, nameOf, parentOf } from '../bytes';
import type { EntryType, TreeRecord } from './record';

/** The version of index files. Other versions are refused. */
const VERSION = 2;
const HEAD_BYTES = 64 * 1024;
/** The index is small beside the files; level 1 costs a third of the default and is nearly as small. */
const LEVEL = 1;

/** The first line of an index file: JSON, readable without the records. */
export interface IndexHead {
  readonly version: number;
  /** Names this tree. Two index files with one id have the same records. */
  readonly id: string;
  /** Numbers of the packs that the records refer to. */
  readonly packs: readonly number[];
  /** Bytes of the files, each inode once. */
  readonly bytes: number;
  /** Bytes and checksum of the packed records after this line. Missing from earlier indexes. */
  readonly body?: readonly [bytes: number, sum: number] | undefined;
}

const versioned = object('Versioned', 'A record of any version.', { version: number });
const indexHead = object('IndexHead', 'The first line of an index file.', {
  version: number,
  id: text,
  packs: listOf(number),
  bytes: number,
  body: optional(pairOf(number, number)),
});

/** A snapshot's whole tree: folders before what they contain, names in the order of their bytes. */
export interface TreeIndex {
  readonly head: IndexHead;
  readonly records: readonly TreeRecord[];
}

interface Extra {
  readonly r?: string;
  readonly t?: string;
  readonly g?: number;
  readonly a?: string;
  readonly o?: string;
  readonly c?: string;
  readonly f?: string;
}
type Row = [
  name: string,
  parent: number,
  type: EntryType,
  mode: number,
  uid: number,
  gid: number,
  size: number,
  mtime: string,
  extra?: Extra,
];

/** The pack that a reference to an object names: `3/17` is object 17 of pack 3, `3:usr/bin` a path in a snapshot of version one. */
export function packOf(reference: string): number {
  return parseInt(reference, 10);
}

/** The references to objects that a record has. */
export function referencesOf({ object, content }: TreeRecord): string[] {
  return [object, content].filter((reference) => reference !== undefined);
}

/** Makes the index of a tree. */
export function createIndex(id: string, records: readonly TreeRecord[]): TreeIndex {
  const packs = new Set<number>();
  const groups = new Set<number>();
  let bytes = 0;
  for (const record of records) {
    for (const reference of referencesOf(record)) packs.add(packOf(reference));
    if (record.group === undefined || !groups.has(record.group)) bytes += record.size;
    if (record.group !== undefined) groups.add(record.group);
  }
  return { head: { version: VERSION, id, packs: [...packs].sort((a, b) => a - b), bytes }, records };
}

/** Writes an index file and forces it to the disk. */
export function writeIndex(path: string, { head, records }: TreeIndex): void {
  const numbers = new Map<string, number>();
  const rows = records.map((record, number): Row => {
    if (record.type === 'folder') numbers.set(record.path, number);
    const { rdev, target, group, attributes, object, content, flags } = record;
    const extra: Extra = {
      ...(rdev !== undefined && { r: rdev }),
      ...(target !== undefined && { t: target }),
      ...(group !== undefined && { g: group }),
      ...(attributes !== undefined && { a: attributes }),
      ...(object !== undefined && { o: object }),
      ...(content !== undefined && { c: content }),
      ...(flags !== undefined && { f: flags }),
    };
    const { path: at, type, mode, uid, gid, size, mtime } = record;
    return [nameOf(at), numbers.get(parentOf(at)) ?? 0, type, mode, uid, gid, size, mtime, extra];
  });
  const body = gzipSync(Buffer.from(JSON.stringify(rows), 'latin1'), { level: LEVEL });
  const file = openSync(path, 'w', 0o600);
  try {
    const text = Buffer.concat([
      Buffer.from(`${JSON.stringify({ ...head, body: [body.length, checksum(body)] })}\n`),
      body,
    ]);
    for (let at = 0; at < text.length;) at += writeSync(file, text, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads an index file. Throws `DamagedSnapshot` when it is damaged or of another version. */
export function readIndex(path: string): TreeIndex {
  const content = reading(path, () => readRegularFile(path));
  const head = parseHead(path, content);
  const rows = reading(path, () => {
    const parsed: unknown = JSON.parse(unpackedBody(content).toString('latin1'));
    if (!Array.isArray(parsed) || !parsed.every(Array.isArray)) throw new Error('no rows');
    return parsed as Row[];
  });
  const paths: string[] = [];
  const records = rows.map(([name, parent, type, mode, uid, gid, size, mtime, extra = {}], number): TreeRecord => {
    const folder = number === 0 ? '' : (paths[parent] ?? '');
    const at = folder === '' ? name : below(folder, name);
    paths.push(at);
    return {
      path: at,
      type,
      mode,
      uid,
      gid,
      size,
      mtime,
      ...(extra.r !== undefined && { rdev: extra.r }),
      ...(extra.t !== undefined && { target: extra.t }),
      ...(extra.g !== undefined && { group: extra.g }),
      ...(extra.a !== undefined && { attributes: extra.a }),
      ...(extra.o !== undefined && { object: extra.o }),
      ...(extra.c !== undefined && { content: extra.c }),
      ...(extra.f !== undefined && { flags: extra.f }),
    };
  });
  return { head, records };
}

/** An index file; `undefined` for a damaged one, which refers to nothing. Packs that only it used are removed as unused. */
export function readIfWhole(path: string): TreeIndex | undefined {
  try {
    return readIndex(path);
  } catch {
    return undefined;
  }
}

/** Reads the head of an index file only. Throws `DamagedSnapshot` when it is damaged or of another version. */
export function readHead(path: string): IndexHead {
  return readBeginning(path).head;
}

function readBeginning(path: string): { readonly head: IndexHead; readonly content: Buffer; readonly size: number } {
  const buffer = Buffer.allocUnsafe(HEAD_BYTES);
  const { content, size } = reading(path, () => {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) throw new Error('not a file');
      return { content: buffer.subarray(0, readSync(file, buffer, 0, HEAD_BYTES, 0)), size: stats.size };
    } finally {
      closeSync(file);
    }
  });
  const isWhole = content.includes(10) || size <= HEAD_BYTES;
  return { head: isWhole ? parseHead(path, content) : readIndex(path).head, content, size };
}

/**
 * The reason why an index file cannot be used, as a clause; `undefined` when no damage is found, or when this account
 * may not read it. The records of a large file are not read.
 *
 * @param hasPack whether the store has the pack
 */
export function indexDamage(path: string, hasPack: (pack: number) => boolean): string | undefined {
  try {
    const { head, content, size } = readBeginning(path);
    const start = content.indexOf(10) + 1;
    const [bytes = size - start, sum] = head.body ?? [];
    if (bytes !== size - start) return 'its index is truncated';
    if (size <= content.length && sum !== undefined && sum !== checksum(content.subarray(start)))
      return 'its index is damaged';
    const missing = head.packs.find((pack) => !hasPack(pack));
    return missing === undefined ? undefined : `its pack ${missing} is missing`;
  } catch (error) {
    return isDenied(error) && !isOurs(path) ? undefined : 'its index is damaged';
  }
}

/** FNV-1a, 32 bits. It is fast for the small files that are checked at each listing, and needs no module. */
function checksum(bytes: Buffer): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}

const unpackedBody = (content: Buffer): Buffer => gunzipSync(content.subarray(content.indexOf(10) + 1));

/** Files of another account may be sealed on purpose. */
const isOurs = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.();

const isDenied = (error: unknown): boolean =>
  ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** The content of an index file may be written by another program, so any failure means that it is damaged. */
function reading<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw (isDenied(error) && !isOurs(path)) || error instanceof DamagedSnapshot ? error : damaged(path);
  }
}

function parseHead(path: string, content: Buffer): IndexHead {
  const line = content.subarray(0, content.indexOf(10)).toString();
  const { version } = parseJson(line, versioned) ?? {};
  if (version !== undefined && version !== VERSION)
    throw new DamagedSnapshot(`${path} is of version ${version}, and this engine reads version ${VERSION}`);
  const head = parseJson(line, indexHead);
  if (!head) throw damaged(path);
  return head;
}

const damaged = (path: string): DamagedSnapshot => new DamagedSnapshot(`${path} is damaged`);
