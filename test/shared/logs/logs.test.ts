import { describe, expect, it } from 'vitest';
import { ansiSpans, plainText } from '../../../src-shared/logs/ansi';
import { CUT, MAX_COLUMNS, styledText, TerminalLine } from '../../../src-shared/logs/terminal-line';
import { isWarning, MAY_MENTION_ERROR, mentionsError } from '../../../src-shared/logs/first-error';

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
    ['a cut sequence', 'shown\x1b[3', 'shown'],
    ['two returns before the newline', 'shown\r\r', 'shown'],
    ['a return before colours only', 'shown\r\x1b[0m', 'shown'],
    ['a return before less text', 'shown before\rSHOWN', 'SHOWN before'],
    ['a counter with backspaces', 'tables:  0/64\b\b\b\b\b64/64\b\b\b\b\bdone ', 'tables: done '],
    ['overstruck text', 'N\bNA\bAM\bME\bE _\bx', 'NAME x'],
    ['a backspace at the beginning', '\b\bshown', 'shown'],
    ['columns', 'aaaa\x1b[2Gb\x1b[1Cc\x1b[2Dd', 'abdc'],
    ['an erased part', 'shown and more\x1b[9D\x1b[K', 'shown'],
    ['deleted characters', 'a--b\x1b[3D\x1b[2P', 'ab'],
    ['a wide character that is overwritten by half', '\u4e16\u754c\rx', 'x \u754c'],
    ['a mark on a character', 'e\u0301\rE', 'E'],
    ['private modes', '\x1b[?25lshown\x1b[?25h\x1b[>4;1m', 'shown'],
    ['moves and erasures', '\x1b[2J\x1b[10;10Hshown\x1b[K', 'shown'],
    ['huge parameters', `\x1b[${'9;'.repeat(40)}mshown`, 'shown'],
    ['device control', '\x1bPpayload\x1b\\shown', 'shown'],
    ['bells', 'sho\x07wn', 'shown'],
    ['form feeds and vertical tabs', 'sh\x0cow\x0bn', 'shown'],
    ['markup', '<b onclick="x">shown</b>', '<b onclick="x">shown</b>'],
    ['a progress bar', '10%\r50%\r100%\r', '100%'],
    ['tabs', 'a\tb', 'a\tb'],
    ['a progress bar that clears its line', '10%\r\x1b[K50%', '50%'],
    ['true colour', '\x1b[38;2;1;2;3mshown\x1b[48;5;9m', 'shown'],
  ])('leave only text: %s', (_what, line, shown) => {
    expect(plainText(line)).toBe(shown);
  });
});

describe('styles', () => {
  it.each([
    ['true colour with colons', '\x1b[38:2::10:20:31mx', { text: 'x' }],
    [
      'true colour with colons and without a colour space',
      '\x1b[1;38:2:1:4:31;4mx',
      { text: 'x', bold: true, underline: true },
    ],
    ['a palette colour with colons', '\x1b[38:5:2mx', { text: 'x', colour: 2 }],
    ['a background with colons', '\x1b[31m\x1b[48:5:1;1mx', { text: 'x', colour: 1, bold: true }],
    ['a curly underline', '\x1b[4:3mx', { text: 'x', underline: true }],
    ['an underline that is taken back', '\x1b[4m\x1b[4:0mx', { text: 'x' }],
    ['the colour of an underline', '\x1b[4;58;5;1mx', { text: 'x', underline: true }],
    ['the true colour of an underline', '\x1b[58;2;1;4;31mx\x1b[59m', { text: 'x' }],
    ['the colour of an underline with colons', '\x1b[58:2::1:4:31mx', { text: 'x' }],
    ['a colour outside the sixteen', '\x1b[1;31m\x1b[38;5;208mx', { text: 'x', bold: true }],
  ])('of %s change nothing else', (_what, line, span) => {
    expect(ansiSpans(line)).toEqual([span]);
  });
});

describe('a line that grows', () => {
  const grown = (pieces: Iterable<string>): TerminalLine => {
    const line = new TerminalLine();
    for (const piece of pieces) line.feed(piece);
    return line;
  };

  it.each([
    '\x1b[1;31mred\x1b[0m \x1b]8;;https://example.org\x1b\\link\x1b]8;;\x07 \x1bPq#0\x1b\\end\x1b(B',
    ' 10%\r 20%\r\x1b[Kdone \b\b\x1b[4:3mx\x1b[38:2::1:2:3my',
  ])('is the same wherever its pieces end: %j', (text) => {
    expect(grown(text).runs()).toEqual(grown([text]).runs());
  });

  it('is cut by its last state, not by all that was written', () => {
    const line = grown(Array.from({ length: 5000 }, (_, n) => `\r${n} of 5000 are copied`));
    line.feed('\r\x1b[Kdone');
    expect([line.text, line.isCut]).toEqual(['done', false]);
    line.feed('x'.repeat(MAX_COLUMNS));
    expect([line.text.length, line.isCut]).toEqual([MAX_COLUMNS + CUT.length, true]);
    line.feed('\r\x1b[Kshort');
    expect([line.text, line.isCut]).toEqual(['short', false]);
  });

  it('has the same spans after it is written with the sequences of its styles only', () => {
    const text = 'a\x1b[1;92mb\x1b[22mc\x1b[4;31md\x1b[0me\x1b[K\x1b[2Df';
    const shown = styledText(grown([text]).runs());
    expect(ansiSpans(shown)).toEqual(ansiSpans(text));
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
    "E: Package 'foo' has no installation candidate",
    'npm ERR! code 1',
    'ModuleNotFoundError: x',
    'curl: (6) Could not resolve host: x',
    'mount: /mnt: wrong fs type, bad superblock',
    'xorriso : aborting : x',
    'ssh: connect to host x: Connection refused',
    'chown: changing ownership: Operation not permitted',
    'Tests run: 5, Failures: 0, Errors: 2',
    'FAILED (failures=0, errors=2)',
    '1 error, 0 failures',
    '0 failed, 2 errors',
    '0 errors; fatal: disk full',
    'ERROR: build failed with 0 errors reported by lint',
    'E: Failed to fetch x (ignored earlier)',
    'make: [all] Error 1 (ignored); cp: cannot stat x',
    'test result: FAILED. 3 passed; 1 failed; 0 ignored',
    'ok=1 failed=2 ignored=0',
    'java.io.IOException: x',
  ])('is an error: %s', (line) => {
    expect(mentionsError(line)).toBe(true);
    // First error searches for such lines.
    expect(plainText(line).search(MAY_MENTION_ERROR)).toBeGreaterThanOrEqual(0);
  });

  it.each([
    '0 errors, 0 warnings',
    'see error.log',
    'libgpg-error0 is installed',
    '--no-error',
    'Unpacking liberror-perl',
    'no errors',
    'errors: 0',
    'Tests: Failed: 0, Passed: 9',
    'installation completed without errors',
    'perl: warning: Setting locale failed.',
    'W: GPG error: the key is not known',
    'make: [all] Error 1 (ignored)',
    'rm: cannot remove x, ignored',
    'Tests run: 5, Failures: 0, Errors: 0',
    'ok=1 unreachable=0 failed=0 ignored=0',
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
