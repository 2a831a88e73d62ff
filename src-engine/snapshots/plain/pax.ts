/*
 * The pax format of archives (POSIX.1-2008, pax utility), limited to the metadata that Node cannot access: extended
 * attributes, access control lists and times in nanoseconds of folders and links. Strings have one character per byte
 * (`latin1`).
 */

const BLOCK = 512;
/** GNU tar's prefix of the records with extended attributes; the rest of the key is the attribute's name. */
const XATTR = 'SCHILY.xattr.';
const ACLS: ReadonlyMap<string, string> = new Map([
  [`${XATTR}system.posix_acl_access`, 'SCHILY.acl.access'],
  [`${XATTR}system.posix_acl_default`, 'SCHILY.acl.default'],
]);

/** A folder or link to write into an archive. */
export interface PaxEntry {
  readonly path: string;
  readonly type: 'folder' | 'link';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since the epoch. */
  readonly mtime: string;
  readonly target?: string;
  /** In the form of `readAttributes`. */
  readonly attributes?: string;
}

/**
 * The extended attributes of each entry of an archive, in its order, as pax records in the order of their names.
 * `undefined` for an entry without any.
 */
export function readAttributes(archive: string): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  let attributes: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== '\0';) {
    const size = parseInt(archive.slice(at + 124, at + 136), 8) || 0;
    const type = archive[at + 156];
    const body = at + BLOCK;
    if (type === 'x') attributes = attributesIn(archive.slice(body, body + size));
    else {
      found.push(attributes);
      attributes = undefined;
    }
    at = body + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}

function attributesIn(records: string): string | undefined {
  const kept = parseRecords(records).filter(([key]) => key.startsWith(XATTR));
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return kept.length === 0 ? undefined : kept.map(([key, value]) => record(key, value)).join('');
}

/** Whether two entries have the same extended attributes apart from access control lists, which `writeArchive` always replaces. */
export function sameButAcls(a: string | undefined, b: string | undefined): boolean {
  const rest = (records = ''): string =>
    parseRecords(records)
      .filter(([key]) => !ACLS.has(key))
      .map(([key, value]) => record(key, value))
      .join('');
  return rest(a) === rest(b);
}

/** The names and values of extended attributes. */
export function attributesOf(attributes = ''): (readonly [name: string, value: string])[] {
  return parseRecords(attributes).map(([key, value]) => [key.slice(XATTR.length), value]);
}

/** Whether the extended attributes of an entry include an access control list. */
export const hasAcl = (attributes: string | undefined): boolean =>
  parseRecords(attributes ?? '').some(([key]) => ACLS.has(key));

/** An archive of folders and links, without any content, for `tar --extract --xattrs --acls`. */
export function writeArchive(entries: readonly PaxEntry[]): Buffer {
  const parts = entries.map((entry) => {
    const { path, type, mode, uid, gid, mtime, target, attributes = '' } = entry;
    const fields = { path, mtime: decimalSeconds(mtime), uid: String(uid), gid: String(gid) };
    const own = Object.entries(fields).map(([key, value]) => record(key, value));
    const link = target === undefined ? '' : record('linkpath', target);
    const more = parseRecords(attributes).map(([key, value]) => attributeRecord(key, value));
    const records = own.join('') + link + more.join('');
    const padded = records.padEnd(Math.ceil(records.length / BLOCK) * BLOCK, '\0');
    return header('x', records.length, 0o644) + padded + header(type === 'folder' ? '5' : '2', 0, mode);
  });
  return Buffer.from(parts.join('') + '\0'.repeat(2 * BLOCK), 'latin1');
}

/**
 * Access control lists are written in tar's own form, with numbers for users: in that form it also removes inherited
 * ones.
 */
function attributeRecord(key: string, value: string): string {
  const acl = ACLS.get(key);
  return acl === undefined ? record(key, value) : record(acl, aclText(Buffer.from(value, 'latin1')));
}

const ACL_TAGS: ReadonlyMap<number, string> = new Map([
  [0x01, 'user'],
  [0x02, 'user'],
  [0x04, 'group'],
  [0x08, 'group'],
  [0x10, 'mask'],
  [0x20, 'other'],
]);
const NAMED_TAGS = [0x02, 0x08];

/** The text form of an access control list from the kernel's form: a version, then tag, permissions and id of each entry. */
function aclText(bytes: Buffer): string {
  const entries: string[] = [];
  for (let at = 4; at + 8 <= bytes.length; at += 8) {
    const tag = bytes.readUInt16LE(at);
    const bits = bytes.readUInt16LE(at + 2);
    const id = NAMED_TAGS.includes(tag) ? String(bytes.readUInt32LE(at + 4)) : '';
    const permissions = (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + (bits & 1 ? 'x' : '-');
    entries.push(`${ACL_TAGS.get(tag) ?? 'other'}:${id}:${permissions}`);
  }
  return entries.join(',');
}

function parseRecords(records: string): [key: string, value: string][] {
  const parsed: [string, string][] = [];
  for (let at = 0; at < records.length;) {
    const space = records.indexOf(' ', at);
    const end = at + Number(records.slice(at, space));
    if (space < 0 || !(end > space)) break;
    const equals = records.indexOf('=', space);
    parsed.push([records.slice(space + 1, equals), records.slice(equals + 1, end - 1)]);
    at = end;
  }
  return parsed;
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function record(key: string, value: string): string {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length + rest !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function decimalSeconds(nanoseconds: string): string {
  const value = BigInt(nanoseconds);
  const size = value < 0n ? -value : value;
  const fraction = String(size % 1_000_000_000n).padStart(9, '0');
  return `${value < 0n ? '-' : ''}${size / 1_000_000_000n}.${fraction}`;
}

function header(type: string, size: number, mode: number): string {
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  const before = 'x'.padEnd(100, '\0') + octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12);
  const after = `${type}${'\0'.repeat(100)}ustar\x0000${'\0'.repeat(64)}${octal(0, 8)}${octal(0, 8)}`;
  const sum = [...`${before}        ${after}`].reduce((total, char) => total + char.charCodeAt(0), 0);
  return `${before}${sum.toString(8).padStart(6, '0')}\0 ${after}`.padEnd(BLOCK, '\0');
}
