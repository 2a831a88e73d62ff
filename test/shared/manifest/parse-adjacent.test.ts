import { expect, it } from 'vitest';
import { parseManifest } from '../../../src-shared/manifest/parse';

it('reads tags that follow each other without a blank', () => {
  const { root } = parseManifest('<a><b><c>1</c></b><d/><e></e></a>');
  expect(root.children.map((child) => (child.kind === 'element' ? child.name : child.text))).toEqual(['b', 'd', 'e']);
});
