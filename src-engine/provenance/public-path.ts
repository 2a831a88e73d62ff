import { homedir } from 'node:os';

/** The folder of an account in a path. */
const HOME = /^(?:\/home|\/export\/home|\/Users)\/[^/]+(?=\/|$)|^\/root(?=\/|$)/;

/** A path without the name of an account: documents are published. */
export function publicPath(path: string): string {
  const home = homedir();
  if (home.length > 1 && (path === home || path.startsWith(`${home}/`))) return `~${path.slice(home.length)}`;
  return path.replace(HOME, '~');
}
