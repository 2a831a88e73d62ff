/**
 * A path for system calls from one with a character per byte (`latin1`). Names are bytes that need not be UTF-8. Plain ASCII stays a
 * string, which Node converts faster than a buffer.
 */
export function systemPath(path: string): string | Buffer {
  // eslint-disable-next-line no-control-regex -- the range is ASCII
  return /^[\x00-\x7f]*$/.test(path) ? path : Buffer.from(path, 'latin1');
}

/** An ordinary path as one with a character per byte. */
export function bytePath(path: string): string {
  return Buffer.from(path).toString('latin1');
}

/** The path of an entry, from the root's path and the entry's; both with a character per byte. */
export function below(root: string, path: string): string {
  return path === '' ? root : `${root}/${path}`;
}

/** The path of the folder that an entry is in. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
