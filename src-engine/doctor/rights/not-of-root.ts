import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { RightsRequest } from './request';

/** The paths that root would run and other accounts may change: an account that can change one of them becomes root. */
export function notOfRoot({ node, engine, folder, manifest, scripts }: RightsRequest): string[] {
  const paths = [node, engine, resolve(folder, manifest), ...scripts.map((script) => resolve(folder, script))];
  return [...new Set(paths.flatMap(changeable))];
}

/** The path itself, and the folders above it in which another account could replace it. */
function changeable(path: string): string[] {
  const found: string[] = [];
  let at: string;
  try {
    at = realpathSync(path);
  } catch {
    return [path]; // missing: another account could create it
  }
  for (; ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    const isSticky = (mode & 0o1000) !== 0; // In a sticky folder other accounts cannot replace root's files.
    if (uid !== 0 || ((mode & 0o022) !== 0 && !isSticky)) found.push(at);
    if (dirname(at) === at) return found;
  }
}
