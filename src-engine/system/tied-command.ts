import { findTool } from './executables';

/**
 * Runs a command unless its parent has ended before the signal of its death was requested. Its first argument is the
 * parent.
 */
const UNLESS_ORPHANED = ['sh', '-c', '[ "$PPID" = "$1" ] && shift && exec "$@"', 'sh'];

/**
 * A command that ends with this process, however that ends, and does not begin after it. Without `setpriv`, which only
 * Linux has, it is the command itself.
 */
export function tiedCommand(argv: readonly [string, ...string[]]): [string, ...string[]] {
  const setpriv = process.platform === 'linux' ? findTool('setpriv') : undefined;
  return setpriv === undefined
    ? [...argv]
    : [setpriv, '--pdeathsig', 'KILL', ...UNLESS_ORPHANED, `${process.pid}`, ...argv];
}
