/** Quotes one argument for a POSIX shell. Throws a plain `Error` on a zero byte, which an argument cannot contain. */
export function quoteArgument(argument: string): string {
  if (argument.includes('\0')) throw new Error('an argument of a command has a zero byte');
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** Formats a command as a line for a POSIX shell. */
export function quoteCommand(argv: readonly [string, ...string[]]): string {
  return argv.map(quoteArgument).join(' ');
}
