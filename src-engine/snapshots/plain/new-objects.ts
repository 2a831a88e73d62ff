import { lstatSync } from 'node:fs';
import { AppError } from '../../../src-shared/errors';
import { escapeName } from '../../../src-shared/name-escapes';
import type { RunStoreTool } from '../store-tools';
import { captureAttributes } from './attributes';
import { below, bytePath, nameOf, parentOf, systemPath } from '../bytes';
import { copyFolders, copyInodes, numberedPath, type InodeCopy } from './copy-inodes';
import { wholeFolders } from './whole-folders';
import { flagsOf } from '../flags';
import type { LastTree } from './last-tree';
import type { OpenedEntries } from './opened-entries';
import { stampOf, type TreeRecord } from './record';
import { TreeChanged, type LiveEntry } from './scan';

/** A copy to make. With `content`, only the metadata is copied, because an object has the content already. */
interface NewObject extends InodeCopy {
  /** The live folder that is copied as a whole, and the name of its copy. */
  readonly folder?: { readonly source: string; readonly name: string };
  readonly content: string | undefined;
}

/** The destination of new objects, and the context for making them. */
export interface NewObjectsRequest {
  /** The live tree, with a character per byte. */
  readonly root: string;
  /** The folder that becomes the pack. */
  readonly work: string;
  /** The pack's number. */
  readonly pack: number;
  readonly last: LastTree;
  /** The whole tree. */
  readonly entries: readonly LiveEntry[];
  readonly opened: OpenedEntries;
  /** Whether the file system is known to keep modification times exactly. */
  readonly keepsTimes: boolean;
  readonly tool: RunStoreTool;
}

/** The records of new entries, and how many objects were made for them. */
export interface NewObjects {
  readonly records: ReadonlyMap<LiveEntry, TreeRecord>;
  readonly count: number;
}

/**
 * Copies new and changed entries into a pack: inodes of files and nodes as objects, the attributes of folders and links into their
 * records. Throws `TreeChanged` when an entry changed meanwhile, and an `AppError` when a copy is not exact.
 */
export async function storeNew(pending: readonly LiveEntry[], request: NewObjectsRequest): Promise<NewObjects> {
  const { root, work, pack, opened, tool } = request;
  const described = pending.filter(({ record }) => isDescribed(record));
  const objects = planObjects(pending, request);
  const [copied, captured, flagged] = await Promise.allSettled([
    copyObjects([...objects.values()], bytePath(work), tool),
    captureAttributes(
      root,
      described.map(({ record }) => record.path),
      tool,
    ),
    flagsOf(
      root,
      pending.map(({ record }) => record),
      tool,
    ),
  ]);
  // A vanished entry explains a failure better than the tool's message.
  for (const entry of pending) checkUnchanged(root, entry, opened);
  if (copied.status === 'rejected') throw copied.reason;
  if (captured.status === 'rejected') throw captured.reason;
  if (flagged.status === 'rejected') throw flagged.reason;
  const flags = flagged.value;
  const attributes = captured.value;
  if (!attributes) throw new TreeChanged(root);

  const attributesOf = new Map(described.map((entry, n) => [entry, attributes[n]]));
  const records = pending.map((entry): [LiveEntry, TreeRecord] => {
    const { record, stamp } = entry;
    const object = objects.get(stamp);
    if (object) checkCopy(request, entry, object);
    const extra = { flags: flags.get(record.path), attributes: attributesOf.get(entry), content: object?.content };
    return [
      entry,
      {
        ...record,
        ...(object && { object: referenceTo(pack, object) }),
        ...(extra.content !== undefined && { content: extra.content }),
        ...(extra.flags !== undefined && { flags: extra.flags }),
        ...(extra.attributes !== undefined && { attributes: extra.attributes }),
      },
    ];
  });
  return { records: new Map(records), count: objects.size };
}

const isDescribed = ({ type }: TreeRecord): boolean => type === 'folder' || type === 'link';

/** One object per inode, by stamp. */
function planObjects(
  pending: readonly LiveEntry[],
  { root, last, opened, entries, keepsTimes }: NewObjectsRequest,
): ReadonlyMap<string, NewObject> {
  const folders = keepsTimes ? wholeFolders(entries, new Set(pending), last) : new Map<string, string>();
  const objects = new Map<string, NewObject>();
  for (const entry of pending) {
    const { record, stamp } = entry;
    if (isDescribed(record) || objects.has(stamp)) continue;
    if (record.type === 'file' && (record.mode & 0o400) === 0) opened.openFile(entry);
    const source = below(root, record.path);
    const name = folders.get(parentOf(record.path));
    const folder = name === undefined ? undefined : { source: parentOf(source), name };
    const content = folder ? undefined : last.storedContent(record);
    objects.set(stamp, { source, number: objects.size, type: record.type, content, ...(folder && { folder }) });
  }
  return objects;
}

async function copyObjects(objects: readonly NewObject[], into: string, tool: RunStoreTool): Promise<void> {
  const [whole, split] = [[] as NewObject[], [] as NewObject[]];
  const folders = new Map(objects.flatMap(({ folder }) => (folder ? [[folder.name, folder]] : [])));
  for (const object of objects) if (!object.folder) (object.content === undefined ? whole : split).push(object);
  await copyFolders([...folders.values()], into, tool);
  await copyInodes(whole, into, tool);
  await copyInodes(split, into, tool, 'metadata');
}

/** Where an object is within its pack. */
const placeOf = ({ source, number, folder }: NewObject): string =>
  folder ? `${folder.name}/${nameOf(source)}` : numberedPath(number);

const referenceTo = (pack: number, object: NewObject): string =>
  object.folder ? `${pack}:${placeOf(object)}` : `${pack}/${object.number}`;

function checkUnchanged(root: string, entry: LiveEntry, opened: OpenedEntries): void {
  const { record, stamp } = entry;
  const path = below(root, record.path);
  const stats = lstatSync(systemPath(path), { bigint: true, throwIfNoEntry: false });
  if (!stats) throw new TreeChanged(path);
  const isSame = opened.has(entry)
    ? String(stats.mtimeNs) === record.mtime && (record.type !== 'file' || Number(stats.size) === record.size)
    : stampOf(stats) === stamp;
  if (!isSame) throw new TreeChanged(path);
}

function checkCopy({ root, work, opened, keepsTimes }: NewObjectsRequest, entry: LiveEntry, object: NewObject): void {
  const { record } = entry;
  const stats = lstatSync(systemPath(`${bytePath(work)}/${placeOf(object)}`), { bigint: true });
  const mode = opened.has(entry) ? record.mode | 0o400 : record.mode;
  const isWhole = record.type === 'file' && object.content === undefined;
  const differences = [
    Number(stats.mode & 0o7777n) !== mode && 'mode',
    (Number(stats.uid) !== record.uid || Number(stats.gid) !== record.gid) && 'owner',
    keepsTimes && String(stats.mtimeNs) !== record.mtime && 'modification time',
    isWhole && Number(stats.size) !== record.size && 'size',
  ].filter((difference) => difference !== false);
  if (differences.length === 0) return;
  throw new AppError(
    'snapshot',
    `${escapeName(below(root, record.path))} could not be copied exactly (${differences.join(', ')}). Nothing was stored.`,
    'Build as root, or let the step give its files to the user who builds.',
  );
}
