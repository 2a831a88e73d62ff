import type { Datatype } from './datatypes';
import type { ProblemFix } from './problems';
import type { AttributeNode, CharacterNode, ElementNode, Range } from './tree';

/** Removes an attribute and the blank before it. */
export function removeAttribute({ name, range }: AttributeNode): ProblemFix | undefined {
  return (
    range && { title: `Remove \`${name}\``, edits: [{ range: { start: range.start - 1, end: range.end }, text: '' }] }
  );
}

/** Removes an element. */
export function removeElement({ name, range }: ElementNode): ProblemFix | undefined {
  return range && { title: `Remove this \`${name}\``, edits: [{ range, text: '' }] };
}

/** Gives an element another name, in both its tags. */
export function renameElement({ name, range, openTag, closeTag }: ElementNode, to: string): ProblemFix | undefined {
  if (!range || !openTag) return undefined;
  const starts = closeTag ? [openTag.start + 1, closeTag.start + 2] : [openTag.start + 1];
  const edits = starts.map((start) => ({ range: { start, end: start + name.length }, text: to }));
  return { title: `Rename it to \`${to}\``, edits };
}

/** Gives an attribute another name. */
export function renameAttribute(attribute: AttributeNode, name: string): ProblemFix | undefined {
  const { range } = attribute;
  if (!range) return undefined;
  const edit = { range: { start: range.start, end: range.start + attribute.name.length }, text: name };
  return { title: `Rename it to \`${name}\``, edits: [edit] };
}

/** Replaces a value by the one that was surely meant: `True` by `true`, `GZIP` by `gzip`. */
export function correctValue(value: string, type: Datatype, range: Range | undefined): ProblemFix | undefined {
  const plain = value.trim().toLowerCase();
  const meant =
    type.pattern.kind === 'data' && type.pattern.name === 'boolean' ? (BOOLEANS.get(plain) ?? plain) : plain;
  if (!range || meant === value || !type.accepts(meant) || type.accepts(value)) return undefined;
  return { title: `Write \`${meant}\``, edits: [{ range, text: meant }] };
}

const BOOLEANS = new Map([
  ['yes', 'true'],
  ['on', 'true'],
  ['no', 'false'],
  ['off', 'false'],
]);

/** Writes a CDATA section as plain text. */
export function plainText({ text, range }: CharacterNode): ProblemFix | undefined {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return range && { title: 'Write it as plain text', edits: [{ range, text: escaped }] };
}

/** The candidate that a misspelt name was probably meant to be, or `undefined`. */
export function closestName(name: string, candidates: readonly string[]): string | undefined {
  const limit = name.length < 5 ? 1 : 2;
  if (name.length > 64) return undefined;
  const ranked = candidates.map((candidate) => ({ candidate, distance: distance(name, candidate) }));
  ranked.sort((a, b) => a.distance - b.distance);
  return ranked[0] && ranked[0].distance <= limit ? ranked[0].candidate : undefined;
}

/** How many letters must be added, removed or changed. */
function distance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return Infinity;
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from.charAt(i - 1) === to.charAt(j - 1) ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[to.length] ?? Infinity;
}
