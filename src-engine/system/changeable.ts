import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The kernel's limit of links in one path. */
const MAX_LINKS = 40;
const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** A path that accounts other than root can change, with the account that owns it. */
export interface Changeable {
  readonly path: string;
  readonly uid: number;
}

/**
 * The folders and links on the way to a path, and the path itself, that accounts other than root can change: such an
 * account can exchange the files that root then reads or writes. Missing parts are left out, because root creates them.
 *
 * In a sticky folder such as `/tmp` other accounts cannot exchange root's files.
 */
export function changeableByOthers(path: string): Changeable[] {
  const found = new Map<string, Changeable>();
  let links = 0;
  const walk = (target: string): void => {
    let at = '/';
    for (const part of ['', ...resolve(target).split('/').filter(Boolean)]) {
      at = join(at, part);
      const stat = lstatSync(at, { throwIfNoEntry: false });
      if (!stat) return;
      if (isChangeable(stat)) found.set(at, { path: at, uid: stat.uid });
      if (!stat.isSymbolicLink()) continue;
      if (++links > MAX_LINKS) return;
      const rest = resolve(target).slice(at.length);
      return walk(resolve(dirname(at), readlinkSync(at)) + rest);
    }
  };
  walk(path);
  return [...found.values()];
}

function isChangeable(stat: Stats): boolean {
  if (stat.uid !== 0 && !isUnmapped(stat.uid)) return true;
  // The mode of a link has no meaning.
  return !stat.isSymbolicLink() && (stat.mode & GROUP_OR_OTHERS_WRITE) !== 0 && (stat.mode & STICKY) === 0;
}

/**
 * Whether an owner has no number in this user namespace. In a container, root sees the folders of the host like this.
 */
function isUnmapped(uid: number): boolean {
  if (uid !== overflowUid()) return false;
  try {
    return !/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
  } catch {
    return false; // no user namespaces
  }
}

function overflowUid(): number {
  try {
    return Number(readFileSync('/proc/sys/kernel/overflowuid', 'utf8'));
  } catch {
    return 65534; // the kernel's default
  }
}
