import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { forLoginShell } from '../../../src-main/transport/ssh/login-shell';
import { quoteCommand } from '../../../src-shared/shell-quote';
import { lacksTool } from '../../support/run-tool';

/** What one shell or another changes: history, quotes, escapes, newlines, bytes above 127, and arguments longer than csh takes. */
const HARD = [
  'it\'s "$HOME" `id` $(id) \\ \\n \\\\ !x !! %d %s дом 🏠 ~ * ? {a,b} [x] #c ;& |<>^',
  '\n\tsecond line\n\n',
  'x'.repeat(3000),
  '\\'.repeat(900),
  '',
  '-n',
];
const LINE = forLoginShell([], quoteCommand(['printf', '%s|', ...HARD]));

for (const shell of ['sh', 'bash', 'ksh93', 'mksh', 'zsh', 'yash', 'csh', 'bsd-csh', 'tcsh', 'fish', 'elvish']) {
  const reason = lacksTool(shell);
  it.skipIf(reason !== undefined)(
    `The login shell ${shell} passes every argument on unchanged.${reason ? ` (${reason})` : ''}`,
    () => {
      expect(execFileSync(shell, ['-c', LINE], { encoding: 'utf8' })).toBe(HARD.map((text) => `${text}|`).join(''));
    },
  );
}

it('A line has only what all login shells read alike, also those that are not installed here.', () => {
  const [head, ...pieces] = LINE.split(" sh '");
  expect(head).toBe(`exec sh -c 'eval "$(printf %b "$@")"'`);
  for (const piece of pieces.join(" sh '").slice(0, -1).split("' '")) {
    expect(piece.length).toBeLessThanOrEqual(800);
    expect(piece).toMatch(/^(?:[ "-&(-[\]-~]|\\0[0-7]{3})*$/);
  }
});

it('A line becomes root before it starts the shell.', () => {
  expect(forLoginShell(['sudo', '-n'], 'id')).toMatch(/^exec sudo -n sh -c /);
});
