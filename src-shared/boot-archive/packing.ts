import { elementAt, splitPath, childPath, type ElementPath } from '../document/element-path';
import { addElement, fieldValue, removeAt, setField } from '../document/fields';
import { setAttribute } from '../document/values';
import type { Edit } from '../manifest/splice';
import { childElements, type ManifestTree } from '../manifest/tree';

/** What the format takes for a missing value. */
export const DEFAULT_COMPRESSION = { type: 'gzip', level: '9' } as const;

/** How an archive is compressed. */
export interface Compression {
  /** As the format names it: gzip, dcfs or none. */
  readonly type: string;
  readonly level: string;
}

/** The compression of an archive as written; `undefined` when the manifest has none. */
export function compressionAt(tree: ManifestTree, path: ElementPath): Partial<Compression> | undefined {
  if (!elementAt(tree, path)) return undefined;
  const [type, level] = [fieldValue(tree, path, 'type'), fieldValue(tree, path, 'level')];
  return { ...(type !== undefined && { type }), ...(level !== undefined && { level }) };
}

/** Sets a part of the compression. The format wants both, so a missing one gets its default. `undefined` removes the element. */
export function setCompression(tree: ManifestTree, path: ElementPath, change: Partial<Compression> | undefined): Edit {
  const label = 'Change compression';
  const element = elementAt(tree, path);
  if (!change) return { ...removeAt(tree, [path]), label };
  const gesture = `compression ${path} ${Object.keys(change).join(' ')}`;
  const wanted = { ...DEFAULT_COMPRESSION, ...compressionAt(tree, path), ...change };
  if (!element) {
    const { parent, name } = splitPath(path);
    return { ...addElement(tree, parent, { name, attributes: wanted }, label), gesture };
  }
  const splices = (['type', 'level'] as const).flatMap((one) => setAttribute(tree, element, one, wanted[one]));
  return { label, splices, gesture };
}

/** Removes a service profile; the last one together with its list, which must not be empty. */
export function removeProfile(tree: ManifestTree, list: ElementPath, index: number): Edit {
  const element = elementAt(tree, list);
  const isLast = element !== undefined && childElements(element, 'profile').length === 1;
  return removeAt(tree, [isLast ? list : childPath(list, 'profile', index)], 'Remove service profile');
}

/** What an adjustment does with its file. */
export type Adjustment = 'add' | 'delete';

/** Changes what an adjustment does. It has only one of the two attributes. */
export function setAdjustment(tree: ManifestTree, path: ElementPath, kind: Adjustment): Edit {
  const label = 'Change adjustment';
  const element = elementAt(tree, path);
  const other = kind === 'add' ? 'delete' : 'add';
  const attribute = element?.attributes.find(({ name }) => name === other);
  if (!attribute?.range) return setField(tree, path, kind, fieldValue(tree, path, kind) ?? '');
  const { start } = attribute.range;
  return { label, splices: [{ start, end: start + other.length, text: kind }] };
}
