import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where steps find tools: their PATH, and the system folders that the PATH of an ordinary user lacks. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/sbin'];

/** The path of a tool on this host, or `undefined`. */
export function findTool(name: string): string | undefined {
  if (name.includes('/')) return isExecutable(name) ? name : undefined;
  return FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
}

/** How to install a Debian package here, or how to find the package to install. */
export function installCommand(pkg: string, tool = pkg): string {
  const root = process.getuid?.() === 0 ? '' : 'sudo ';
  if (existsSync('/usr/bin/apt-get')) return `${root}apt-get install --no-install-recommends ${pkg}`;
  if (process.platform === 'sunos')
    return `Find its package with "pkg search -H -o pkg.name basename:${tool}", then: pkg install NAME`;
  return `Install ${pkg} with the package manager of this system.`;
}

/** Whether this process may execute the file (contract 4: `access(X_OK)`). */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // the answer for any reason, as the kernel gives it
  }
}
