import { describe, expect, it } from 'vitest';
import { escapeName, isUtf8, unescapeName } from '../../src-shared/name-escapes';
import { Random } from '../support/random';

const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('the escaped text of a name', () => {
  it.each([
    ['plain', 'etc/motd', 'etc/motd'],
    ['spaces and quotes', `a b "c" 'd'`, `a b "c" 'd'`],
    ['other languages', bytesOf('дом/é/家/🏠'), 'дом/é/家/🏠'],
    ['a backslash', 'a\\b', 'a\\\\b'],
    ['a byte that is not UTF-8', 'bad\xffname', 'bad\\xffname'],
    ['half a character', `x${bytesOf('é').slice(0, 1)}`, 'x\\xc3'],
    ['an overlong slash', '\xc0\xaf', '\\xc0\\xaf'],
    ['a surrogate', '\xed\xa0\x80', '\\xed\\xa0\\x80'],
    ['control characters', 'a\nb\tc\x1b[31m\x7f', 'a\\x0ab\\x09c\\x1b[31m\\x7f'],
    ['a C1 control', bytesOf('\u0085'), '\\xc2\\x85'],
    ['a control of the direction', bytesOf('a\u202egpj.exe'), 'a\\xe2\\x80\\xaegpj.exe'],
    ['a line separator', bytesOf('\u2028'), '\\xe2\\x80\\xa8'],
    ['the replacement character itself', bytesOf('\ufffd'), '\ufffd'],
  ])('has %s', (_, bytes, text) => {
    expect(escapeName(bytes)).toBe(text);
    expect(unescapeName(text)).toBe(bytes);
  });

  it('differs for every name, and has one line without controls', () => {
    const random = new Random(14);
    const parts = [
      'a',
      '\\',
      'x',
      '0',
      'f',
      '/',
      '\n',
      '\x1b',
      '\x80',
      '\xff',
      '\xc3',
      bytesOf('é🏠\u202e\u2029\u061c'),
    ];
    const names = new Map<string, string>();
    for (let n = 0; n < 20_000; n++) {
      const length = random.below(10);
      const bytes = Array.from({ length }, () =>
        random.below(3) === 0 ? String.fromCharCode(1 + random.below(255)) : random.pick(parts),
      ).join('');
      const text = escapeName(bytes);
      expect(unescapeName(text)).toBe(bytes);
      expect(escapeName(unescapeName(text) ?? '')).toBe(text);
      expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      expect(names.get(text) ?? bytes).toBe(bytes);
      names.set(text, bytes);
      expect(isUtf8(bytes)).toBe(
        Buffer.from(Buffer.from(bytes, 'latin1').toString('utf8')).toString('latin1') === bytes,
      );
    }
  });

  it.each(['\\', 'a\\', '\\q', '\\x', '\\xf', '\\xgg', '\\n', '\\x00'])('does not read the escape in %j', (text) => {
    expect(unescapeName(text)).toBeUndefined();
  });
});
