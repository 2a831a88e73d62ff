import { expect, it } from 'vitest';
import { parseManifest } from '../../../src-shared/manifest/parse';

it('Tags that follow each other without a blank are read.', () => {
  const { root } = parseManifest('<a><b><c>1</c></b><d/><e></e></a>');
  expect(root.children.map((child) => (child.kind === 'element' ? child.name : child.text))).toEqual(['b', 'd', 'e']);
});
