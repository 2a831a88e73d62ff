import { readFile } from '../system/files';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** A file of the window by its URL's path, or `undefined` for a path outside the folder. */
export async function readWindowFile(
  root: string,
  pathname: string,
): Promise<{ body: Buffer; type: string } | undefined> {
  let path: string;
  try {
    path = normalize(decodeURIComponent(pathname));
  } catch {
    return undefined; // malformed escapes: no file has such a name
  }
  const file = join(root, path === sep ? 'index.html' : path);
  if (!file.startsWith(root + sep) || file.includes('\0')) return undefined;
  // A missing file, which the server answers with 404.
  const body = await readFile(file).catch(() => undefined);
  return body && { body, type: TYPES[extname(file)] ?? 'application/octet-stream' };
}
