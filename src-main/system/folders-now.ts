import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isHome, missingHome } from './missing-home';

/** As `makeFolders`, but synchronous: for the start of the program, before any window waits. */
export function makeFoldersNow(path: string, mode = 0o777): void {
  if (isHome(path) && !lstatSync(path, { throwIfNoEntry: false })) throw missingHome(path);
  try {
    make(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    if (!lstatSync(dirname(path), { throwIfNoEntry: false })) makeFoldersNow(dirname(path), mode);
    make(path, mode);
  }
}

function make(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}
