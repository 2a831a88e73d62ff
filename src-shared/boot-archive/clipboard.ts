import { ManifestSyntaxError, parseManifest } from '../manifest/parse';
import { childElements, elementsAt, type ElementNode } from '../manifest/tree';
import { kindOf, ruleOf, type ArchiveRule } from './rules';

/** A longer text is no list that a user copied. */
const MAX_CHARACTERS = 1024 * 1024;

/** Returns rules as text, one per line: a folder ends with a slash, an exclusion begins with a minus sign. */
export function rulesAsText(rules: readonly ArchiveRule[]): string {
  return rules
    .map(({ kind, type, path }) => `${kind === 'exclude' ? '- ' : ''}${path}${type === 'dir' ? '/' : ''}`)
    .join('\n');
}

/**
 * Reads rules from a text: elements of a manifest, or lines as `rulesAsText` writes them. A path from the root of the image loses its
 * leading slash. Without a slash at its end, a name with a dot is a file, another one a folder. Lines that begin with # are comments.
 */
export function rulesIn(text: string): readonly ArchiveRule[] {
  if (text.length > MAX_CHARACTERS) return [];
  const elements = /<base_(include|exclude)\b/.test(text) ? elementsIn(text) : undefined;
  return elements ? elements.map(ruleOf) : text.split('\n').flatMap((line) => ruleInLine(line.trim()));
}

function ruleInLine(line: string): ArchiveRule[] {
  if (line === '' || line.startsWith('#') || line.includes('<')) return [];
  const excluded = /^-\s+/.exec(line);
  const written = excluded ? line.slice(excluded[0].length) : line.replace(/^\+\s+/, '');
  const path = written.replace(/^\/+/, '').replace(/\/+$/, '');
  if (path === '') return [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isFolder = written.endsWith('/') || !/.\.[^*?]/.test(name);
  return [{ kind: excluded ? 'exclude' : 'include', type: isFolder ? 'dir' : 'file', path }];
}

function elementsIn(text: string): ElementNode[] | undefined {
  try {
    const { root } = parseManifest(`<pasted>${text}</pasted>`);
    const parents = [root, ...elementsAt(root, 'boot_archive_contents'), ...elementsAt(root, 'bootroot_contents')];
    return parents.flatMap((parent) => childElements(parent).filter(({ name }) => kindOf(name) !== undefined));
  } catch (error) {
    if (error instanceof ManifestSyntaxError) return undefined;
    throw error;
  }
}
