import { escapeName } from '../../src-shared/name-escapes';

/** A line of the file that `SLIPWAY_INPUTS` names. `bad` lines are not understood. */
export interface Declaration {
  readonly kind: 'path' | 'url' | 'env' | 'bad';
  /** A path with one character per byte, a URL, the name of a variable, or the escaped and shortened line. */
  readonly value: string;
}

/** The longest part of a line that a message quotes, in bytes. */
const MAX_QUOTED_BYTES = 200;

/**
 * The declaration in a line with one character per byte; `undefined` for an empty line and for a comment with `#`.
 *
 * Blanks at the end belong to a path, unless only the file without them exists.
 */
export function declarationIn(line: string, exists: (path: string) => boolean): Declaration | undefined {
  if (/^\s*(?:#|$)/.test(line)) return undefined;
  const [, kind = '', value = ''] = /^(path|url|env)[ \t]+(\S.*)$/.exec(line) ?? [];
  const trimmed = value.trimEnd();
  if (kind === 'path') return { kind, value: [value, trimmed].find(exists) ?? value.replace(/\r$/, '') };
  if (kind === 'url' && /^[a-z][a-z0-9+.-]*:\S+$/i.test(trimmed)) return { kind, value: text(trimmed) };
  if (kind === 'env' && /^[A-Za-z_]\w*$/.test(trimmed)) return { kind, value: trimmed };
  const quoted = line.length > MAX_QUOTED_BYTES ? `${line.slice(0, MAX_QUOTED_BYTES)}...` : line;
  return { kind: 'bad', value: escapeName(quoted) };
}

const text = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
