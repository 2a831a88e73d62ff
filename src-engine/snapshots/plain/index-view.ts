import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError } from '../../../src-shared/errors';
import { escapeName } from '../../../src-shared/name-escapes';
import { attributeText, type AttributeSource } from '../attribute-text';
import type { TreeEntry, TreePath, TreeView } from '../tree-view';
import { ownerOf, runAs } from '../../system/accounts';
import { nameOf, parentOf, systemPath } from '../bytes';
import { damagedObject, objectDamage } from './damage';
import { attributesOf } from './pax';
import type { TreeRecord } from './record';

/** The tree of a snapshot, read from its index and objects, without creating a folder. */
export class IndexTree implements TreeView {
  readonly #records: ReadonlyMap<TreePath, TreeRecord>;
  readonly #names = new Map<TreePath, string[]>();

  /** @param snapshot for messages */
  constructor(
    readonly snapshot: string,
    records: readonly TreeRecord[],
    readonly objectPath: (reference: string) => string,
  ) {
    this.#records = new Map(records.map((record) => [record.path, record]));
    for (const { path, type } of records) {
      if (type === 'folder') this.#names.set(path, []);
      if (path !== '') this.#names.get(parentOf(path))?.push(nameOf(path));
    }
  }

  names(path: TreePath): Promise<readonly string[]> {
    const names = this.#names.get(path);
    if (names) return Promise.resolve(names);
    return Promise.reject(this.#records.has(path) ? missing(path, 'is not a folder') : absent(path));
  }

  entry(path: TreePath): Promise<TreeEntry | undefined> {
    const record = this.#records.get(path);
    return Promise.resolve(record && entryOf(record));
  }

  attributes(path: TreePath): AttributeSource {
    const record = this.#records.get(path);
    if (record?.object !== undefined) return { at: this.objectPath(record.object) };
    return attributeText(attributesOf(record?.attributes).map(([name, value]) => [name, Buffer.from(value, 'latin1')]));
  }

  async read(path: TreePath, end?: number): Promise<Readable> {
    const record = this.#records.get(path);
    if (!record) throw absent(path);
    const reference = record.content ?? record.object;
    if (record.type !== 'file' || reference === undefined) throw missing(path, 'is not a file');
    const object = this.objectPath(reference);
    const damage = objectDamage(record, object, reference === record.content, false);
    if (damage !== undefined) throw damagedObject(this.snapshot, path, object, damage);
    const handle = await open(systemPath(object), 'r').catch((error: NodeJS.ErrnoException) => {
      throw new AppError(
        'snapshot',
        `${escapeName(path)} cannot be read from the checkpoint: ${error.code ?? error.message}.`,
        error.code === 'EACCES' ? runAs(ownerOf(object)) : undefined,
      );
    });
    const stream: ReadStream = createReadStream('', { fd: handle, ...(end !== undefined && { end }) });
    return stream;
  }
}

function entryOf(record: TreeRecord): TreeEntry {
  const { type, mode, uid, gid, size, mtime, target, rdev } = record;
  const isNode = type !== 'file' && type !== 'folder' && type !== 'link';
  return {
    type: isNode ? 'other' : type,
    mode,
    uid,
    gid,
    size,
    mtimeNs: BigInt(mtime),
    ...(target !== undefined && { target }),
    ...(isNode && { node: `${type}:${rdev ?? ''}` }),
    identity: identityOf(record),
  };
}

/** Equal for two records only when they refer to the same objects, and so to the same content and metadata. */
export function identityOf({ object, content }: TreeRecord): string | undefined {
  return object === undefined ? undefined : `${object} ${content ?? ''}`;
}

const missing = (path: TreePath, why: string): AppError => new AppError('missing', `${escapeName(path)} ${why}.`);
const absent = (path: TreePath): AppError => new AppError('missing', `There is no ${escapeName(path)}.`);
