import { execFileSync } from 'node:child_process';

/**
 * The limit of one tool. While a tool runs, the timeouts of tests do not, so a tool that hangs (zfs, apt, a dead
 * network) would hang all tests.
 */
export const TOOL_TIMEOUT_MS = 300_000;

/** Runs a tool of the test's host and returns its stdout. Throws with its stderr when it fails or does not end. */
export function runTool(command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TOOL_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
}

/** A command without root's rights to read and write everything: it can use only the files of its account. */
export function boundByModes(...args: [string, ...string[]]): [string, ...string[]] {
  return process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', ...args] : args;
}

/** Whether this host has a tool. */
export function hasTool(command: string): boolean {
  try {
    runTool('which', command);
    return true;
  } catch {
    return false;
  }
}

/** Names the first missing tool, as a clause; `undefined` when all exist. */
export function lacksTool(...commands: string[]): string | undefined {
  const missing = commands.find((command) => !hasTool(command));
  return missing === undefined ? undefined : `needs ${missing}`;
}

/**
 * Why this test is impossible here, as a clause: the account is not root, or a tool is missing. `undefined` when it is
 * possible.
 */
export function lacksRootOr(...commands: string[]): string | undefined {
  return process.getuid?.() === 0 ? lacksTool(...commands) : 'needs root';
}
