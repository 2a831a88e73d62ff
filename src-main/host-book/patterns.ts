import { join, normalize, parse, sep } from 'node:path';
import { readdir, stat } from '../system/files';

/** Whether a name matches a list of patterns (ssh_config(5), PATTERNS): one of them, and none that is negated. */
export function fits(name: string, patterns: readonly string[]): boolean {
  const fitting = patterns.filter((pattern) => expression(pattern.replace(/^!/, '')).test(name));
  return fitting.length > 0 && !fitting.some((pattern) => pattern.startsWith('!'));
}

/**
 * The files of an absolute path, whose parts may have `*`, `?` and `[…]` as in glob(7), in the order of their names. Unreadable
 * folders are treated as missing.
 */
export async function filesOf(pattern: string): Promise<string[]> {
  const path = normalize(pattern);
  const { root } = parse(path);
  let found = [root];
  for (const part of path.slice(root.length).split(sep)) {
    const names = (folder: string) => (/[*?[]/.test(part) ? entriesOf(folder, part) : [part]);
    const next = await Promise.all(
      found.map(async (folder) => (await names(folder)).map((name) => join(folder, name))),
    );
    found = next.flat();
  }
  // A link that leads nowhere is not a file.
  const kinds = await Promise.all(found.map((file) => stat(file).catch(() => undefined)));
  return found.filter((_, at) => kinds[at]?.isFile());
}

async function entriesOf(folder: string, pattern: string): Promise<string[]> {
  const fitting = expression(pattern, true);
  try {
    // Only a pattern that begins with a dot matches a name that does.
    return (await readdir(folder))
      .filter((name) => fitting.test(name) && (pattern.startsWith('.') || !name.startsWith('.')))
      .sort();
  } catch {
    return []; // ssh skips folders that it cannot read as well
  }
}

/** `sets`: whether `[…]` is a set of characters, as in the names of files. */
function expression(pattern: string, sets = false): RegExp {
  const source = pattern.replace(sets ? /\[!?[^\]]+\]|\*+|[^]/g : /\*+|[^]/g, (piece) => {
    if (piece.startsWith('*')) return '.*';
    if (piece === '?') return '.';
    if (piece.length > 1) return piece.replace(/^\[!/, '[^').replace(/\\/g, '\\\\');
    return piece.replace(/[\\^$.+()[\]{}|]/, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}
