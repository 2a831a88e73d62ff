import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ask } from './exec';

/**
 * One mount as this process sees it. Paths are bytes that need not be UTF-8, so `path` has one character per byte (`latin1`), as a
 * `TreePath` has.
 */
export interface Mount {
  /** The mount point. */
  readonly path: string;
  readonly type: string;
  /** The mounted device, dataset or folder, as the system names it. */
  readonly source: string;
  /** Linux only: the mount's place in the tree of mounts, and the folder and file system that it shows. */
  readonly node?: { readonly id: string; readonly parent: string; readonly device: string; readonly root: string };
}

/** A folder of a file system, however it is reached: two bind mounts show one place at two paths. */
interface Place {
  readonly device: string;
  readonly path: string;
}

/** The mounts of this process's mount namespace at one moment. */
export class MountTable {
  readonly #byId: ReadonlyMap<string, Mount>;
  readonly #realPaths = new Map<string, string>();

  constructor(readonly mounts: readonly Mount[]) {
    this.#byId = new Map(mounts.flatMap((mount) => (mount.node ? [[mount.node.id, mount]] : [])));
  }

  /**
   * Reads the table. Takes less than a millisecond on Linux and starts a process elsewhere. Throws when it cannot be
   * read, because without it no tree may be removed.
   */
  static async read(): Promise<MountTable> {
    if (process.platform === 'linux')
      return new MountTable(parseMountinfo(readFileSync('/proc/self/mountinfo', 'latin1')));
    if (process.platform === 'sunos') return new MountTable(parseMnttab(readFileSync('/etc/mnttab', 'latin1')));
    return new MountTable(parseMountOutput(await ask(['mount'])));
  }

  /** The mounts strictly below a folder, innermost first, which is the order in which they can be unmounted. */
  inside(folder: string): Mount[] {
    const path = this.#realPath(folder);
    const place = this.#placeOf(path);
    const isInside = (mount: Mount): boolean => {
      const at = this.#mountPointOf(mount);
      if (place && at ? at.device === place.device && isBelow(at.path, place.path) : isBelow(mount.path, path))
        return true;
      const parent = this.#parent(mount);
      return parent !== undefined && isInside(parent);
    };
    return this.#innermostFirst(this.mounts.filter(isInside));
  }

  /** The mounts exactly at a path, the visible one first. */
  at(folder: string): Mount[] {
    const path = this.#realPath(folder);
    const above = path === '/' ? undefined : this.#placeOf(dirname(path));
    return this.#innermostFirst(
      this.mounts.filter((mount) => {
        const at = this.#mountPointOf(mount);
        const isSamePlace = above && at && at.device === above.device && at.path === join(above.path, basename(path));
        return isSamePlace === true || mount.path === path;
      }),
    );
  }

  /** Mounts at other paths that show the folder or something in it, for instance a mounted subvolume. Linux only. */
  showing(folder: string): Mount[] {
    const place = this.#placeOf(this.#realPath(folder));
    return this.mounts.filter(
      ({ node }) =>
        place && node?.device === place.device && (node.root === place.path || isBelow(node.root, place.path)),
    );
  }

  /** Resolved once for each folder, because on FUSE every part of a path costs a request. */
  #realPath(folder: string): string {
    const known = this.#realPaths.get(folder) ?? realPath(folder);
    this.#realPaths.set(folder, known);
    return known;
  }

  #parent(mount: Mount): Mount | undefined {
    const parent = mount.node && this.#byId.get(mount.node.parent);
    return parent === mount ? undefined : parent;
  }

  /** The mount point's place in the file system that it covers. */
  #mountPointOf(mount: Mount): Place | undefined {
    const parent = this.#parent(mount);
    return parent && placeWithin(parent, mount.path);
  }

  /** Follows the tree of mounts down to a path. A mount that another one covers is not on the way. */
  #placeOf(path: string): Place | undefined {
    let mount = this.mounts.find((candidate) => candidate.path === '/' && !this.#parent(candidate));
    while (mount) {
      const above: Mount = mount;
      const next = this.mounts
        .filter((child) => this.#parent(child) === above && (child.path === path || isBelow(path, child.path)))
        // The shortest path: it covers its siblings below, or they would be mounted on it.
        .sort((a, b) => a.path.length - b.path.length)[0];
      if (!next) break;
      mount = next;
    }
    return mount && placeWithin(mount, path);
  }

  #innermostFirst(mounts: readonly Mount[]): Mount[] {
    const depth = (mount: Mount): number => {
      const parent = this.#parent(mount);
      return parent ? depth(parent) + 1 : 0;
    };
    return [...mounts].reverse().sort((a, b) => depth(b) - depth(a));
  }
}

function placeWithin({ node, path: mountPoint }: Mount, path: string): Place | undefined {
  const relative = mountPoint === '/' ? path : path.slice(mountPoint.length);
  return node && { device: node.device, path: appended(node.root, relative) };
}

/** Both are absolute and normal already. `join` takes longer than the rest of a search in the table. */
function appended(root: string, relative: string): string {
  if (relative === '' || relative === '/') return root;
  return root === '/' ? relative : root + relative;
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder === '/' ? '/' : `${folder}/`) && path !== folder;
}

/** A path without symbolic links, as the kernel lists mounts. Missing parts keep their names. */
function realPath(path: string): string {
  try {
    return realpathSync(path, { encoding: 'buffer' }).toString('latin1');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || dirname(path) === path) throw error;
    return join(realPath(dirname(path)), Buffer.from(basename(path)).toString('latin1'));
  }
}

/** Parses `/proc/PID/mountinfo` (proc(5)): `36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw`. */
export function parseMountinfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const [id, parent, device, root, path] = fields;
    // Optional fields, any number of them, end with a hyphen.
    const [type, source] = fields.slice(fields.indexOf('-', 6) + 1);
    if (!id || !parent || !device || !root || !path || type === undefined || source === undefined) return [];
    const node = { id, parent, device, root: unescapeOctal(root) };
    return [{ path: unescapeOctal(path).replace(/\/\/deleted$/, ''), type, source: unescapeOctal(source), node }];
  });
}

/** The kernel writes space, tab, newline and backslash as `\040`, `\011`, `\012` and `\134`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** Parses `/etc/mnttab` of illumos (mnttab(5)): fields separated by tabs. */
export function parseMnttab(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [source, path, type] = line.split('\t');
    return source !== undefined && path && type !== undefined ? [{ path, type, source }] : [];
  });
}

/** Parses what `mount` prints on macOS and the BSDs: `/dev/disk1s1 on /mount/point (apfs, local)`. */
export function parseMountOutput(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [, source, path, type] = /^(.+?) on (\/.*) \(([^,)]+)[^)]*\)$/.exec(line) ?? [];
    return source && path && type ? [{ path: Buffer.from(path).toString('latin1'), type, source }] : [];
  });
}
