import { describe, expect, it } from 'vitest';
import { decodeManifest, positionAt } from '../../../src-shared/manifest/source';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string, mark: string): Uint8Array =>
  bytes(mark + [...text].map((character) => `${character}\0`).join(''));

describe('decodeManifest', () => {
  it.each([
    ['UTF-8 by default', bytes('<a>\xc3\xa9</a>'), '<a>é</a>'],
    ['a byte order mark', bytes('\xef\xbb\xbf<a/>'), '<a/>'],
    ['the declared encoding', bytes('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>'), /<a>é<\/a>$/],
    ['Latin-1 as it is, not as Windows has it', bytes('<?xml version="1.0" encoding="latin1"?>\x80'), /\u0080$/],
    ['UTF-16 by its mark', utf16('<a/>', '\xff\xfe'), '<a/>'],
    ['UTF-16 by its first character', utf16('<a/>', ''), '<a/>'],
  ])('reads %s', (_, input, expected) => {
    expect(decodeManifest(input)).toMatch(expected);
  });

  it.each([
    ['bytes that are not UTF-8', bytes('<a>\n\n\xff</a>'), 'line 3: byte 5 is not UTF-8'],
    ['a character cut off at the end', bytes('<a/>\xc3'), 'line 1: byte 5 is not UTF-8'],
    ['an unknown encoding', bytes('<?xml version="1.0" encoding="klingon"?><a/>'), 'the encoding klingon is not known'],
    ['a compressed file', bytes('\x1f\x8b\x08\x00'), 'the file is compressed by gzip'],
    ['a false declaration', bytes('<?xml version="1.0" encoding="UTF-16"?><a/>'), 'names UTF-16, but the file is not'],
  ])('refuses %s', (_, input, message) => {
    expect(() => decodeManifest(input)).toThrow(message);
  });
});

it('Lines and columns of positions are counted from 1.', () => {
  expect([0, 2, 3, 5].map((offset) => positionAt('ab\ncd', offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 2, column: 3 },
  ]);
});
