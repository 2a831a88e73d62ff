import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quoteCommand, quoteArgument } from '../../src-shared/shell-quote';
import { Random } from '../support/random';

describe('a command as a line for a shell', () => {
  it.each([
    '',
    ' ',
    'plain',
    "it's",
    '"$HOME" `id` $(id) \\',
    '; rm -rf x & | > < * ? [a] {a,b} ~ # !!',
    'two\nlines\r\ttab',
    '-n',
    'a=b',
    "'''",
    'дом 🏠 \u001b[31m',
  ])('gives %j to the command as it is', (word) => {
    for (const shell of ['sh', 'bash'])
      expect(execFileSync(shell, ['-c', quoteCommand(['printf', '%s|', word, word])], { encoding: 'utf8' })).toBe(
        `${word}|${word}|`,
      );
  });

  it('keeps any arguments unchanged through one shell and through two', () => {
    const random = new Random(5);
    const hard = [...`'"\\$\`!#&;|<>()[]{}*?~=-%,. \n\r\t\u0001\u001b\u007fa1дé🏠`];
    const args = Array.from({ length: 2000 }, () =>
      Array.from({ length: random.below(12) }, () => random.pick(hard)).join(''),
    );
    const expected = args.map((arg) => `${arg}\0`).join('');
    const line = quoteCommand(['printf', '%s\\0', ...args]);
    for (const shell of ['sh', 'bash'])
      for (const input of [line, quoteCommand(['sh', '-c', line])])
        expect(execFileSync(shell, { input, encoding: 'utf8' })).toBe(expected);
  });

  it('keeps an argument unchanged through two shells', () => {
    const word = `a'b"c $d`;
    const line = quoteCommand(['sh', '-c', quoteCommand(['printf', '%s', word])]);
    expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe(word);
  });

  it('leaves plain arguments readable, also as the command', () => {
    expect(quoteCommand(['/usr/bin/node', '--json', 'manifest.xml', 'im-pop'])).toBe(
      '/usr/bin/node --json manifest.xml im-pop',
    );
    expect(quoteArgument('A=b')).toBe("'A=b'");
  });

  it('is refused for arguments that no command can get', () => {
    expect(() => quoteArgument('a\0b')).toThrow('zero byte');
  });
});
