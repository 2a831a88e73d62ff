import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { changeableByOthers } from '../../system/changeable';
import type { RightsRequest } from './request';

/** The paths that root would run and other accounts may change: an account that can change one of them becomes root. */
export function notOfRoot({ node, engine, folder, manifest, scripts }: RightsRequest): string[] {
  const paths = [node, engine, resolve(folder, manifest), ...scripts.map((script) => resolve(folder, script))];
  // A missing path belongs to the account that creates it first.
  return [
    ...new Set(
      paths.flatMap((path) => (existsSync(path) ? changeableByOthers(path).map((found) => found.path) : [path])),
    ),
  ];
}
