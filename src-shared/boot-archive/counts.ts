import type { ArchiveRule } from './rules';

/** What the boot archive has for one rule. */
export interface RuleCount {
  readonly files: number;
  readonly bytes: number;
}

/** A difference between two checkpoints. */
interface Change {
  readonly path: string;
  readonly type: 'file' | 'folder' | 'link' | 'other';
  /** Bytes in the second one; `null` where it lacks the entry. */
  readonly after: number | null;
}

/** The boot archive in the build data. */
const ARCHIVE = 'boot_archive/';

/** The files that a step has put into the boot archive, counted by rule. Made once for a build. */
export class ArchiveCounts {
  readonly #files: readonly { readonly path: string; readonly bytes: number }[];
  readonly #counted = new Map<string, RuleCount>();

  /** @param changes all differences between the checkpoint before the step and the one after it */
  constructor(changes: readonly Change[]) {
    this.#files = changes.flatMap(({ path, type, after }) =>
      path.startsWith(ARCHIVE) && after !== null && (type === 'file' || type === 'link')
        ? [{ path: path.slice(ARCHIVE.length), bytes: type === 'file' ? after : 0 }]
        : [],
    );
  }

  /** The files that a rule includes; `undefined` for an exclusion, whose files the archive does not have. */
  of({ kind, type, path }: ArchiveRule): RuleCount | undefined {
    if (kind === 'exclude') return undefined;
    const key = `${type ?? ''} ${path}`;
    const known = this.#counted.get(key);
    if (known) return known;
    const pattern = patternOf(path, type === 'file');
    const found = this.#files.filter((file) => pattern.test(file.path));
    const count = { files: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes, 0) };
    this.#counted.set(key, count);
    return count;
  }
}

/** A shell pattern as an expression. A folder includes everything below it. */
function patternOf(path: string, isFile: boolean): RegExp {
  const text = path.replace(/\/+$/, '').replace(/\[!?[^\]/]+\]|[*?]|[^\w/]/g, (part) => {
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length === 1) return `\\${part}`;
    const inside = part.slice(1, -1).replace(/^!/, '').replaceAll('\\', '\\\\').replaceAll('^', '\\^');
    return `[${part.startsWith('[!') ? '^' : ''}${inside}]`;
  });
  return new RegExp(`^${text}${isFile ? '$' : '(/|$)'}`);
}
