import { delimiter, join } from 'node:path';
import { isExecutable } from './executables';

let found: string | null | undefined;

/** The absolute path of the `zfs` command; `undefined` when this host has none. Searched once. */
export function zfsCommand(): string | undefined {
  if (found === undefined) {
    const folders = ['/sbin', '/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)];
    found = folders.map((folder) => join(folder, 'zfs')).find(isExecutable) ?? null;
  }
  return found ?? undefined;
}
