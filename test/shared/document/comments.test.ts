import { expect, it } from 'vitest';
import { commentOf } from '../../../src-shared/document/comments';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { elementsAt } from '../../../src-shared/manifest/tree';

const commentsIn = (inside: string): string[] =>
  elementsAt(
    parseManifest(`<distribution><key_value_pairs>${inside}</key_value_pairs></distribution>`).root,
    'key_value_pairs/pair',
  ).map(commentOf);

it('The comment of an element is above it, or behind it in its line.', () => {
  const comments = commentsIn(`
    <!-- The release. -->
    <pair key="suite" value="host"/>
    <pair key="components" value="main"/> <!-- a list -->
    <pair key="documentation" value="false"/>
    <!-- Options.
         Two lines. -->
    <!-- One more. -->
    <pair key="compression" value=""/>
  `);
  expect(comments).toEqual(['The release.', 'a list', '', 'Options. Two lines. One more.']);
});

it('A comment above several elements belongs to the first of them.', () => {
  expect(commentsIn('<!-- both --><pair key="a" value=""/><pair key="b" value=""/>')).toEqual(['both', '']);
});
