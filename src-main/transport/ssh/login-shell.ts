/** Prints the arguments with their escapes resolved, and runs the text. */
const DECODE = 'eval "$(printf %b "$@")"';

/** Characters of an argument. Old versions of csh accept 1024. */
const MAX_LENGTH = 800;

/** Anything that a shell may change between single quotes: csh `!` and newlines, fish and csh backslashes, old ones bytes above 127. */
const CHANGED = /[^ -~]|['\\!]/gu;

/**
 * A line that makes any login shell become `sh` with this script: sh, bash, ksh, zsh, csh, tcsh and fish. They agree only on arguments between
 * single quotes, without the characters that one of them changes there. These are octal escapes of `printf %b`, which `sh` resolves.
 *
 * @param root the argv prefix that runs it as root. With root rights the shell runs as root itself, so that its PID is the command's
 */
export function forLoginShell(root: readonly string[], script: string): string {
  const pieces = piecesOf(script.replace(CHANGED, octal)).map((piece) => `'${piece}'`);
  return ['exec', ...root, 'sh', '-c', `'${DECODE}'`, 'sh', ...pieces].join(' ');
}

/** The bytes of a character, each as `\0ooo`. */
const octal = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');

/** Cuts a text into arguments, at spaces where possible, so that the text can still be read in logs of the host. Never within an escape. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let rest = text; rest !== '';) {
    let end = Math.min(rest.length, MAX_LENGTH);
    if (end < rest.length) {
      const space = rest.lastIndexOf(' ', end - 1) + 1;
      const escape = rest.lastIndexOf('\\', end - 1);
      if (space > 0) end = space;
      else if (escape > end - 5) end = escape;
    }
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return pieces;
}
