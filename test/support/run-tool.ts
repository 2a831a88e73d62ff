import { execFileSync } from 'node:child_process';

/** No test's clock runs while a tool does: one that hangs (zfs, apt, a network that swallows) would hang them all. Milliseconds. */
export const TOOL_TIMEOUT_MS = 300_000;

/** Runs a tool of the test's host and returns what it printed; throws with its stderr when it fails, and when it does not end. */
export function runTool(command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TOOL_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
}

/** A command that may read and write only what is its account's: root without the rights that open everything. */
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

/** A clause about the first tool that is missing here, or `undefined`. */
export function lacksTool(...commands: string[]): string | undefined {
  const missing = commands.find((command) => !hasTool(command));
  return missing === undefined ? undefined : `needs ${missing}`;
}

/** What makes this test impossible here, or `undefined`: not being root, or the first tool that is missing. */
export function lacksRootOr(...commands: string[]): string | undefined {
  return process.getuid?.() === 0 ? lacksTool(...commands) : 'needs root';
}
