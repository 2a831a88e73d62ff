import type { Datatype } from '../datatypes';
import { escapeAttribute, escapeText } from '../escape';
import type { Edit } from '../splice';
import type { AttributeNode, CharacterNode, ElementNode, ManifestTree, Range } from '../tree';

/** Removes an attribute and the blank before it. */
export function removeAttribute({ name, range }: AttributeNode): Edit | undefined {
  return range && { label: `Remove \`${name}\``, splices: [{ start: range.start - 1, end: range.end, text: '' }] };
}

/** Removes an element. */
export function removeElement({ name, range }: ElementNode): Edit | undefined {
  return range && { label: `Remove this \`${name}\``, splices: [{ ...range, text: '' }] };
}

/** Gives an element another name, in both its tags. */
export function renameElement({ name, range, openTag, closeTag }: ElementNode, to: string): Edit | undefined {
  if (!range || !openTag) return undefined;
  const starts = closeTag ? [openTag.start + 1, closeTag.start + 2] : [openTag.start + 1];
  const splices = starts.map((start) => ({ start, end: start + name.length, text: to }));
  return { label: `Rename it to \`${to}\``, splices };
}

/** Gives an attribute another name. */
export function renameAttribute(attribute: AttributeNode, name: string): Edit | undefined {
  const { range } = attribute;
  if (!range) return undefined;
  const splice = { start: range.start, end: range.start + attribute.name.length, text: name };
  return { label: `Rename it to \`${name}\``, splices: [splice] };
}

/** Replaces the value of an attribute, escaped for the quotes that it has. */
export function replaceAttributeValue(
  { source }: ManifestTree,
  { valueRange }: AttributeNode,
  text: string,
  label: string,
): Edit | undefined {
  if (!valueRange) return undefined;
  const quote = source.charAt(valueRange.start - 1) === "'" ? "'" : '"';
  return { label, splices: [{ ...valueRange, text: escapeAttribute(text, quote) }] };
}

/** Replaces a value by the intended one: `True` by `true`, `GZIP` by `gzip`. */
export function correctValue(value: string, type: Datatype, range: Range | undefined): Edit | undefined {
  const plain = value.trim().toLowerCase();
  const meant =
    type.pattern.kind === 'data' && type.pattern.name === 'boolean' ? (BOOLEANS.get(plain) ?? plain) : plain;
  if (!range || meant === value || !type.accepts(meant) || type.accepts(value)) return undefined;
  return { label: `Write \`${meant}\``, splices: [{ ...range, text: meant }] };
}

const BOOLEANS = new Map([
  ['yes', 'true'],
  ['on', 'true'],
  ['no', 'false'],
  ['off', 'false'],
]);

/**
 * Appends a token to an element's text. `undefined` for an element that is not in the source or has no text of its own.
 */
export function addToken(source: string, element: ElementNode, token: string, label: string): Edit | undefined {
  const { openTag, closeTag } = element;
  if (!openTag || !closeTag || /[<&]/.test(source.slice(openTag.end, closeTag.start))) return undefined;
  const text = source.slice(openTag.end, closeTag.start).trimEnd();
  const at = openTag.end + text.length;
  return { label, splices: [{ start: at, end: at, text: `${text === '' ? '' : ' '}${escapeText(token)}` }] };
}

/** Replaces an element's text. `undefined` for an element that is not in the source or has no text of its own. */
export function replaceText(source: string, element: ElementNode, text: string, label: string): Edit | undefined {
  const { openTag, closeTag } = element;
  if (!openTag || !closeTag || /[<&]/.test(source.slice(openTag.end, closeTag.start))) return undefined;
  return { label, splices: [{ start: openTag.end, end: closeTag.start, text: escapeText(text) }] };
}

/** Writes a CDATA section as plain text. */
export function writeAsText({ text, range }: CharacterNode): Edit | undefined {
  return range && { label: 'Write it as plain text', splices: [{ ...range, text: escapeText(text) }] };
}
