import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

let found: string | null | undefined;

/** The absolute path of the `zfs` command, or `undefined` when this host has none. Looked up once. */
export function zfsCommand(): string | undefined {
  if (found === undefined) {
    const folders = ['/sbin', '/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)];
    found = folders.map((folder) => join(folder, 'zfs')).find(isExecutable) ?? null;
  }
  return found ?? undefined;
}

/** Whether this process may execute the file (contract 4: `access(X_OK)`). */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
