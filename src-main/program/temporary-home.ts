import { lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns a folder in place of a home: the one that this account had before, or a new one. Any account can make a folder with the expected
 * name first, so that one is used only when it belongs to this account and no other account can write to it.
 *
 * @param shared a folder for temporary files of all accounts
 */
export function temporaryHome(shared: string, account: number | undefined): string {
  const folder = join(shared, `slipway-${account ?? 'home'}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It exists, or the check below fails.
  }
  return isPrivate(folder, account) ? folder : mkdtempSync(`${folder}-`);
}

function isPrivate(folder: string, account: number | undefined): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return (
    found !== undefined &&
    found.isDirectory() &&
    (account === undefined || found.uid === account) &&
    !(found.mode & 0o022)
  );
}
