import { childElements, type ElementNode, type ManifestTree } from './tree';
import { blockOf, blocksIn } from './block';
import type { Splice } from './splice';

/** Moves children of one parent, in their order, before another child (`undefined`: to the end). Their comments go with them. */
export function moveElements(
  { source }: ManifestTree,
  elements: readonly ElementNode[],
  before: ElementNode | undefined,
): Splice[] {
  const [first] = elements;
  const parent = first?.parent;
  if (!parent || (before && elements.includes(before))) return [];
  const ranges = elements.map((element) => blockOf(source, element));
  const siblings = childElements(parent);
  if (isInPlace(siblings, elements, before)) return [];
  const target = before ? blockOf(source, before).start : (blocksIn(source, parent)[siblings.length - 1]?.end ?? 0);
  const text = ranges.map(({ start, end }) => source.slice(start, end)).join('');
  return [{ start: target, end: target, text }, ...ranges.map((range) => ({ ...range, text: '' }))].sort(
    (a, b) => a.start - b.start || b.text.length - a.text.length,
  );
}

function isInPlace(
  siblings: readonly ElementNode[],
  elements: readonly ElementNode[],
  before: ElementNode | undefined,
): boolean {
  const [one] = elements;
  const first = one ? siblings.indexOf(one) : -1;
  return (
    elements.every((element, at) => siblings[first + at] === element) && siblings[first + elements.length] === before
  );
}

/** Removes elements with what belongs to them. A parent that is empty then keeps its tags. */
export function removeElements({ source }: ManifestTree, elements: readonly ElementNode[]): Splice[] {
  return elements.map((element) => ({ ...blockOf(source, element), text: '' }));
}

/** Puts new elements (XML without white space around it) before a child, or last; indented as their siblings are. */
export function insertElements(
  { source }: ManifestTree,
  parent: ElementNode,
  before: ElementNode | undefined,
  xml: readonly string[],
): Splice[] {
  if (xml.length === 0) return [];
  const siblings = childElements(parent);
  const lead = siblings[0]?.range ? leadOf(source, siblings[0].range.start) : undefined;
  const indent = lead ?? lineEnd(source) + indentOf(source, parent) + indentUnit(source);
  const text = xml.map((one) => indent + indentLines(one, indent)).join('');
  if (before) return [spliceAt(blockOf(source, before).start, text)];
  const last = blocksIn(source, parent).at(-1);
  if (last) return [spliceAt(last.end, text)];
  const { openTag, closeTag } = parent;
  if (!openTag) throw new Error('edits work on a tree as written, not on a defaulted one');
  const closing = lineEnd(source) + indentOf(source, parent);
  if (!closeTag) {
    const slash = source.slice(0, openTag.end).lastIndexOf('/');
    const start = source.slice(0, slash).trimEnd().length;
    return [{ start, end: openTag.end, text: `>${text}${closing}</${parent.name}>` }];
  }
  const content = source.slice(openTag.end, closeTag.start);
  const kept = content.trimEnd();
  return [{ start: openTag.end + kept.length, end: closeTag.start, text: text + closing }];
}

/** The line break and indentation before an element; empty when it shares its line. */
function leadOf(source: string, start: number): string {
  return /(\r?\n[ \t]*)$/.exec(source.slice(Math.max(0, start - 400), start))?.[1] ?? '';
}

/** The white space that begins the line an element is on. */
function indentOf(source: string, element: ElementNode): string {
  const start = element.range?.start ?? 0;
  const line = source.lastIndexOf('\n', start - 1) + 1;
  return /^[ \t]*/.exec(source.slice(line, start))?.[0] ?? '';
}

/** The manifest's indentation: the white space before its first indented line. */
export function indentUnit(source: string): string {
  const [, indent] = /\n([ \t]+)<[A-Za-z_]/.exec(source) ?? [];
  if (indent === undefined) return '  ';
  return indent.startsWith('\t') ? '\t' : indent.slice(0, 8);
}

/** The manifest's line ending. */
function lineEnd(source: string): '\n' | '\r\n' {
  const first = source.indexOf('\n');
  return first > 0 && source.charAt(first - 1) === '\r' ? '\r\n' : '\n';
}

function indentLines(xml: string, lead: string): string {
  return lead === '' ? xml.replaceAll('\n', '') : xml.replaceAll('\n', lead);
}

function spliceAt(start: number, text: string): Splice {
  return { start, end: start, text };
}
