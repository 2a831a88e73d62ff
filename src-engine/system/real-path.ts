import { realpathSync } from 'node:fs';

/** A path without links; the path itself when there is no such file. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // the use of the path reports why
  }
}
