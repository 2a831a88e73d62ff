import type { ElementNode, ManifestNode } from '../manifest/tree';

/**
 * Returns the comments of an element as one text: those directly above it, and one behind it in the same line. White space is joined.
 * Empty without a comment.
 */
export function commentOf(element: ElementNode): string {
  const siblings = element.parent?.children ?? [];
  const at = siblings.indexOf(element);
  const above: string[] = [];
  for (let before = at - 1; before >= 0; before--) {
    const node = siblings[before];
    if (!node || isBlank(node)) continue;
    if (node.kind !== 'comment' || isBehind(siblings, before)) break;
    above.unshift(node.text);
  }
  const behind = siblings.findIndex((node, place) => place > at && node.kind === 'comment');
  const own = siblings[behind];
  if (own?.kind === 'comment' && siblings.slice(at + 1, behind).every(isBlank) && isBehind(siblings, behind))
    above.push(own.text);
  return above.map((text) => text.replace(/\s+/g, ' ').trim()).join(' ');
}

const isBlank = (node: ManifestNode): boolean => node.kind === 'text' && node.text.trim() === '';

/** Whether a comment is in the line of the element before it. */
function isBehind(siblings: readonly ManifestNode[], at: number): boolean {
  for (let before = at - 1; before >= 0; before--) {
    const node = siblings[before];
    if (node?.kind === 'element') return true;
    if (node?.kind !== 'text' || node.text.trim() !== '' || node.text.includes('\n')) return false;
  }
  return false;
}
