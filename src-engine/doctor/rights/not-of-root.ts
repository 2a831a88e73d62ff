import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { RightsRequest } from './request';

/** What of the things that run as root others may change, each as a path: whoever can change one of them becomes root. */
export function notOfRoot({ node, engine, folder, manifest, scripts }: RightsRequest): string[] {
  const paths = [node, engine, resolve(folder, manifest), ...scripts.map((script) => resolve(folder, script))];
  return [...new Set(paths.flatMap(changeable))];
}

/** The path itself, and the folders above that somebody else can exchange it in. */
function changeable(path: string): string[] {
  const found: string[] = [];
  let at: string;
  try {
    at = realpathSync(path);
  } catch {
    return [path]; // not there: whoever puts it there
  }
  for (; ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    const isSticky = (mode & 0o1000) !== 0; // there others cannot exchange what is root's
    if (uid !== 0 || ((mode & 0o022) !== 0 && !isSticky)) found.push(at);
    if (dirname(at) === at) return found;
  }
}
