import { basename } from 'node:path';
import { parseJumps, type Jump } from '../../src-shared/hosts/model';

/** Options of ssh(1) without an argument that change nothing for a way through it: quiet, no terminal, no forwarding. */
const HARMLESS = /^-[aknqTvxY46]+$/;

/**
 * The jump host of a `ProxyCommand` that is `ssh -W %h:%p HOST`, the older form of `ProxyJump`; `undefined` for any other command.
 *
 * @param config the configuration file in use, which the command may name by `-F`
 */
export function jumpOf(command: string, config: string | undefined): Jump | undefined {
  // A quote, a variable or an operator needs a shell.
  if (/["'`$\\;&|<>(){}]/.test(command)) return undefined;
  const argv = command.trim().split(/\s+/);
  if (argv[0] === 'exec') argv.shift();
  if (basename(argv.shift() ?? '') !== 'ssh') return undefined;
  let [forwards, user, port, host]: (string | undefined)[] = [];
  while (argv.length > 0) {
    const token = argv.shift() ?? '';
    const [, option, glued] = /^-([WlpFo])(.*)$/.exec(token) ?? [];
    if (option === undefined) {
      if (HARMLESS.test(token)) continue;
      if (token.startsWith('-') || host !== undefined) return undefined;
      host = token;
      continue;
    }
    const value = glued !== undefined && glued !== '' ? glued : argv.shift();
    if (option === 'W') forwards = value;
    else if (option === 'l') user = value;
    else if (option === 'p') port = value;
    else if (option === 'o' && !/^(LogLevel|BatchMode)=/i.test(value ?? '')) return undefined;
    else if (option === 'F' && value !== config) return undefined;
  }
  if (host === undefined || !/^(%h:%p|\[%h\]:%p)$/.test(forwards ?? '')) return undefined;
  // `%r@HOST`: the ssh command replaces its tokens.
  if ([host, user, port].some((part) => part?.includes('%'))) return undefined;
  const [jump, ...more] = parseJumps(`${host}${port === undefined ? '' : `:${port}`}`) ?? [];
  if (!jump || more.length > 0) return undefined;
  return user === undefined || jump.user !== undefined ? jump : { ...jump, user };
}
