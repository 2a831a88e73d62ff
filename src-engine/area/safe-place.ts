import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { accountName } from '../system/accounts';
import { AppError } from '../../src-shared/errors';
import { changeableByOthers } from '../system/changeable';
import type { BuildArea } from './area';

/** System folders that cannot be a build area; a folder below them can. */
const SYSTEM_FOLDERS = [
  ...['/', '/export', '/home', '/media', '/opt', '/run', '/srv', '/tmp', '/usr', '/usr/local', '/usr/src', '/var'],
  ...['/var/cache', '/var/lib', '/var/log', '/var/mail', '/var/opt', '/var/run', '/var/spool', '/var/tmp', '/dev/shm'],
  ...['/Applications', '/Library', '/Users', '/Volumes', '/private', '/private/tmp', '/private/var'],
];
/** System folders that cannot contain a build area. */
const SYSTEM_TREES = [
  ...['/bin', '/boot', '/dev', '/etc', '/kernel', '/lib', '/lib32', '/lib64', '/libx32', '/platform', '/proc'],
  ...['/sbin', '/sys', '/system', '/usr', '/var/log', '/var/spool', '/System', '/private/etc'],
];
const ALLOWED_IN_TREES = ['/dev/shm', '/usr/local', '/usr/src'];

/**
 * Refuses an area where a build would replace or delete files of others, and, for root, an area that another account
 * can exchange while root writes in it. Throws `AppError('area')`. Nothing is created or changed.
 */
export function refuseUnsafePlace(area: BuildArea, manifest: string): void {
  const real = realPath(area.mountpoint);
  const places = new Set([area.mountpoint, real]);
  for (const place of places) {
    const what = unsafeReason(place);
    if (what !== undefined)
      throw new AppError(
        'area',
        `The build area ${area.mountpoint} is ${what}.`,
        'Name a separate folder as build_area.',
      );
  }
  for (const path of [resolve(manifest), realPath(manifest)])
    if ([...places].some((place) => contains(place, path)))
      throw new AppError(
        'area',
        `The build area ${area.mountpoint} contains the manifest ${path}, which a build could delete.`,
        'Name a separate folder as build_area, for example a folder beside the manifest.',
      );
  refuseChangeable(area);
}

/** Refuses, for root, an area that another account can change or exchange. Throws `AppError('area')`. */
export function refuseChangeable(area: BuildArea): void {
  if (process.getuid?.() !== 0) return;
  const [found] = changeableByOthers(area.mountpoint);
  if (!found) return;
  const owner = found.uid === 0 ? 'other accounts can write to' : `${accountName(found.uid)} owns`;
  throw new AppError(
    'area',
    `Root does not build in ${area.mountpoint}: ${owner} ${found.path} and could exchange what root writes there.`,
    `Name a build_area in a folder that only root can change, for example /var/lib/slipway/${basename(area.mountpoint)}.`,
  );
}

function unsafeReason(place: string): string | undefined {
  if (SYSTEM_FOLDERS.includes(place))
    return place === '/' ? 'the root folder of this system' : 'a folder of the system';
  const isInTree = (tree: string): boolean => place === tree || contains(tree, place);
  if (SYSTEM_TREES.some(isInTree) && !ALLOWED_IN_TREES.some(isInTree)) return 'in a folder of the system';
  return homes().has(place) ? 'a home folder' : undefined;
}

/** The home folders of this host's accounts. */
function homes(): ReadonlySet<string> {
  const found = new Set([homedir(), process.env.HOME ?? '']);
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) found.add(line.split(':')[5] ?? '');
  } catch {
    // This system stores accounts elsewhere.
  }
  for (const home of [...found]) if (home.startsWith('/')) found.add(realPath(home));
  return found;
}

/** The path without links; its missing parts are kept. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    // The last part does not exist, or may not be reached.
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(realPath(parent), basename(absolute));
  }
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}
