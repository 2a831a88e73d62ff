import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isExecutable } from './zfs-command';

/** Where steps find tools: their PATH, and the folders that an ordinary user's leaves out. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/sbin'];

/** The path of a tool on this host, or `undefined`. */
export function findTool(name: string): string | undefined {
  if (name.includes('/')) return isExecutable(name) ? name : undefined;
  return FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
}

/** How a Debian package is installed here, or how to find what to install. */
export function installCommand(pkg: string, tool = pkg): string {
  const root = process.getuid?.() === 0 ? '' : 'sudo ';
  if (existsSync('/usr/bin/apt-get')) return `${root}apt-get install --no-install-recommends ${pkg}`;
  if (process.platform === 'sunos')
    return `Find its package with "pkg search -H -o pkg.name basename:${tool}", then: pkg install NAME`;
  return `Install ${pkg} with the package manager of this system.`;
}

const MOST_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs a tool that only tells something, and gives what it printed. Rejects with its own words when it fails, or is not done in time.
 *
 * @param patience in milliseconds
 */
export function ask(argv: readonly [string, ...string[]], patience = 5000): Promise<string> {
  const [command, ...words] = argv;
  const options = { timeout: patience, maxBuffer: MOST_OUTPUT, env: { ...process.env, LC_ALL: 'C' } };
  return new Promise((resolve, reject) => {
    const child = execFile(command, words, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const said = (stderr.trim() || error.message).replace(/\s*\n\s*/g, ' ');
      const why = error.killed ? `was not done in ${patience / 1000} s` : said;
      reject(new Error(`${command} ${words[0] ?? ''}: ${why}`));
    });
    child.stdin?.end();
  });
}
