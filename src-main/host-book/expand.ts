import { homedir } from 'node:os';
import { accountName } from '../system/account';

/** Resolves a path that may begin with `~/`. */
export const atHome = (path: string): string => path.replace(/^~(?=\/|$)/, homedir);

/** Replaces the given tokens (`%h`) of a text. Unknown tokens stay. */
export function expandTokens(text: string, tokens: Readonly<Record<string, string>>): string {
  return text.replace(/%(.)/g, (whole, letter: string) => tokens[letter] ?? whole);
}

/**
 * A path as ssh_config(5) writes it: `~`, `${NAME}` of the environment, and tokens: `%%`, `%d`, `%u`, `%i`, and the given ones.
 * Unknown tokens stay. Not for host names, because the zone of `fe80::1%docker0` is not a token.
 */
export function expandPath(text: string, tokens: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = {
    '%': '%',
    d: homedir(),
    u: accountName(),
    i: `${process.getuid?.() ?? ''}`,
    ...tokens,
  };
  return atHome(text).replace(
    /%(.)|\$\{(\w+)\}/g,
    (whole, letter: string | undefined, name: string | undefined) =>
      (name === undefined ? all[letter ?? ''] : process.env[name]) ?? whole,
  );
}
