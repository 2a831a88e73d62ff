import { homedir, userInfo } from 'node:os';

/**
 * A path as ssh_config(5) writes it: `~`, `${NAME}` of the environment, and tokens: `%%`, `%d`, `%u`, `%i`, and those that are given.
 * What is not known stays as it is. Not for host names: the zone of `fe80::1%docker0` is no token.
 */
export function expandPath(text: string, tokens: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = {
    '%': '%',
    d: homedir(),
    u: userInfo().username,
    i: `${process.getuid?.() ?? ''}`,
    ...tokens,
  };
  return text
    .replace(/^~(?=\/|$)/, homedir)
    .replace(
      /%(.)|\$\{(\w+)\}/g,
      (whole, letter: string | undefined, name: string | undefined) =>
        (name === undefined ? all[letter ?? ''] : process.env[name]) ?? whole,
    );
}
