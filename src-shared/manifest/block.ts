import { childElements, type ElementNode, type ManifestNode, type Range } from './tree';

const BLANK_LINE = /\r?\n[ \t]*(?=\r?\n)/g;

/**
 * What belongs to an element and moves with it: the white space and the comments right before it, and a comment after it on its line.
 * A blank line ends that: what is above it stays. All blocks of a parent and what lies between them make up its content.
 */
export function blockOf(source: string, element: ElementNode): Range {
  const siblings = element.parent?.children ?? [];
  const at = siblings.indexOf(element);
  return { start: startOf(source, siblings, at), end: endOf(source, siblings, at) };
}

/** The blocks of an element's element children, in order. */
export function blocksIn(source: string, parent: ElementNode): Range[] {
  return childElements(parent).map((child) => blockOf(source, child));
}

function startOf(source: string, siblings: readonly ManifestNode[], at: number): number {
  const element = rangeOf(siblings[at]);
  let first = at;
  while (first > 0 && isTrivia(source, siblings[first - 1])) first--;
  const before = siblings[first - 1];
  const end = before?.kind === 'element' ? endOf(source, siblings, first - 1) : rangeOf(siblings[first]).start;
  const start = Math.min(Math.max(end, rangeOf(siblings[first]).start), element.start);
  return afterBlankLine(source, siblings.slice(first, at), start, element.start);
}

/** Comments may hold blank lines of their own: only those between nodes count. */
function afterBlankLine(source: string, trivia: readonly ManifestNode[], start: number, end: number): number {
  let found = start;
  for (const node of trivia) {
    const range = rangeOf(node);
    if (node.kind !== 'text') continue;
    const from = Math.max(range.start, start);
    const text = source.slice(from, Math.min(range.end, end));
    for (const match of text.matchAll(BLANK_LINE)) found = from + match.index + match[0].length;
  }
  return found;
}

function endOf(source: string, siblings: readonly ManifestNode[], at: number): number {
  const { end } = rangeOf(siblings[at]);
  for (let next = at + 1; next < siblings.length; next++) {
    const node = siblings[next];
    const range = rangeOf(node);
    if (node?.kind === 'comment' || node?.kind === 'instruction') {
      if (!endsItsLine(source, range.end)) return end;
      return range.end;
    }
    if (node?.kind !== 'text' || !/^[ \t]*$/.test(source.slice(range.start, range.end))) return end;
    if (siblings[next + 1]?.kind === 'element') return end;
  }
  return end;
}

/** A comment between two elements of one line moves with the second one. */
function endsItsLine(source: string, from: number): boolean {
  return /^[ \t]*(\r?\n|<\/|$)/.test(source.slice(from, from + 200));
}

function isTrivia(source: string, node: ManifestNode | undefined): boolean {
  if (node?.kind === 'comment' || node?.kind === 'instruction') return true;
  if (node?.kind !== 'text') return false;
  const { start, end } = rangeOf(node);
  return /^\s*$/.test(source.slice(start, end));
}

function rangeOf(node: ManifestNode | undefined): Range {
  if (!node?.range) throw new Error('edits work on a tree as written, not on a defaulted one');
  return node.range;
}
