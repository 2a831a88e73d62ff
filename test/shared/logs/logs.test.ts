import { describe, expect, it } from 'vitest';
import { ansiSpans, plainText } from '../../../src-shared/logs/ansi';
import { isWarning, mentionsError } from '../../../src-shared/logs/first-error';

describe('terminal sequences', () => {
  it('become spans of text', () => {
    expect(ansiSpans('\x1b[1;32mok\x1b[0m and \x1b[91mbad\x1b[39m.')).toEqual([
      { text: 'ok', bold: true, colour: 2 },
      { text: ' and ' },
      { text: 'bad', colour: 9 },
      { text: '.' },
    ]);
  });

  it.each([
    ['a title', '\x1b]0;evil title\x07shown', 'shown'],
    ['a title without an end', 'shown\x1b]0;evil', 'shown'],
    ['a cut sequence', 'shown\x1b[3', 'shown3'],
    ['moves and erasures', '\x1b[2J\x1b[10;10Hshown\x1b[K', 'shown'],
    ['huge parameters', `\x1b[${'9;'.repeat(40)}mshown`, 'shown'],
    ['device control', '\x1bPpayload\x1b\\shown', 'shown'],
    ['bells and backspaces', 'sho\x07\x08wn', 'shown'],
    ['markup', '<b onclick="x">shown</b>', '<b onclick="x">shown</b>'],
    ['a progress bar', '10%\r50%\r100%\r', '100%'],
    ['tabs', 'a\tb', 'a\tb'],
    ['a progress bar that clears its line', '10%\r\x1b[K50%', '50%'],
    ['true colour', '\x1b[38;2;1;2;3mshown\x1b[48;5;9m', 'shown'],
  ])('leave only text: %s', (_what, line, shown) => {
    expect(plainText(line)).toBe(shown);
  });
});

describe('pieces of a line', () => {
  it('are as few as its styles, because a sequence that changes nothing makes none', () => {
    expect(ansiSpans('\x1b[31m\x1b[Kred\x1b[K, and still\x1b[31m red')).toEqual([
      { text: 'red, and still red', colour: 1 },
    ]);
  });

  it('are limited in number, and contain all of the text', () => {
    const spans = ansiSpans('\x1b[31mr\x1b[32mg'.repeat(1300));
    expect(spans).toHaveLength(100);
    expect(spans.map(({ text }) => text).join('')).toBe('rg'.repeat(1300));
  });
});

describe('a line', () => {
  it.each([
    'E: Unable to locate package foo',
    'make: *** [all] Error 2',
    'scripts/im-pop: cannot find the loader',
    'mount: permission denied',
    'sh: 1: foo: not found',
    'Kernel panic - not syncing',
    'error: x',
    'Errors were encountered while processing:',
    '\x1b[01m\x1b[Kx.c:1:2:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kx',
    '\x1b[1m\x1b[38;5;9merror\x1b[0m: x',
  ])('is an error: %s', (line) => expect(mentionsError(line)).toBe(true));

  it.each([
    '0 errors, 0 warnings',
    'see error.log',
    'libgpg-error0 is installed',
    '--no-error',
    'Unpacking liberror-perl',
    'no errors',
    'installation completed without errors',
    'perl: warning: Setting locale failed.',
    'W: GPG error: the key is not known',
  ])('is not an error: %s', (line) => expect(mentionsError(line)).toBe(false));

  it('is a warning when it begins with one', () => {
    expect(['W: x', '\x1b[33mW: x', 'warning: x', 'foo: Warning x', 'about warnings'].map(isWarning)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});
