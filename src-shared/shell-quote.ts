/** Makes one word of a shell line, whatever characters it has. Throws a plain `Error` on a zero byte, which no command can be given. */
export function quoteArgument(word: string): string {
  if (word.includes('\0')) throw new Error('a word of a command has a zero byte');
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A line that makes a POSIX shell run exactly this command. */
export function quoteCommand(argv: readonly [string, ...string[]]): string {
  return argv.map(quoteArgument).join(' ');
}
