import { directText, type ElementNode, type ManifestTree } from '../manifest/tree';
import { escapeAttribute, escapeText } from '../manifest/escape';
import { replaceAttributeValue } from '../manifest/rules/fixes';
import type { Splice } from '../manifest/splice';

/** Sets an attribute and keeps its quotes; adds it after the others, or removes it (`undefined`). */
export function setAttribute(
  tree: ManifestTree,
  element: ElementNode,
  name: string,
  value: string | undefined,
): Splice[] {
  const attribute = element.attributes.find((one) => one.name === name && one.range);
  if (attribute?.range) {
    if (value === undefined) {
      const start = tree.source.slice(0, attribute.range.start).trimEnd().length;
      return [{ start, end: attribute.range.end, text: '' }];
    }
    if (value === attribute.value) return [];
    return [...(replaceAttributeValue(tree, attribute, value, `Set ${name}`)?.splices ?? [])];
  }
  if (value === undefined) return [];
  const last = element.attributes.filter((one) => one.range).at(-1)?.range;
  const start = last?.end ?? (element.openTag?.start ?? 0) + 1 + element.name.length;
  return [{ start, end: start, text: ` ${name}="${escapeAttribute(value)}"` }];
}

/** Sets the text of an element. White space around it, comments and child elements stay. */
export function setText({ source }: ManifestTree, element: ElementNode, value: string): Splice[] {
  const text = value.trim();
  if (text === directText(element)) return [];
  const { openTag, closeTag, name } = element;
  if (!openTag) throw new Error('edits work on a tree as written, not on a defaulted one');
  if (!closeTag) {
    const slash = source.slice(0, openTag.end).lastIndexOf('/');
    return [
      { start: source.slice(0, slash).trimEnd().length, end: openTag.end, text: `>${escapeText(text)}</${name}>` },
    ];
  }
  const written = element.children.flatMap((child) =>
    child.kind === 'text' && child.range && child.text.trim() !== '' ? [trimmed(source, child.range)] : [],
  );
  const [first, ...others] = written;
  if (!first) return [{ start: openTag.end, end: openTag.end, text: escapeText(text) }];
  return [{ ...first, text: escapeText(text) }, ...others.map((range) => ({ ...range, text: '' }))];
}

function trimmed(source: string, { start, end }: { start: number; end: number }): { start: number; end: number } {
  const text = source.slice(start, end);
  return { start: start + text.length - text.trimStart().length, end: start + text.trimEnd().length };
}
