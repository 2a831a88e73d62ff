import { setTimeout as delay } from 'node:timers/promises';
import type { Channel, Connection } from './connection';
import { forLoginShell } from './login-shell';
import { SessionRefused } from './session-refused';

/**
 * Ends the process group of a command, or of sudo when that runs the command as root. Groups 0 and 1 are refused, because `kill -- -1`
 * reaches every process.
 */
const END_GROUP =
  '[ "$1" -gt 1 ] || exit 1; g=$(ps -o pgid= -p "$1" | tr -d " "); [ "${g:-0}" -gt 1 ] || g=$1; kill -s TERM -- "-$g"';

/** For other commands to end, where the host allows no further session. */
const RETRY_MS = 100;
const MAX_TRIES = 50;

/** The line on standard input that ends a command with a watcher. */
const STOP_LINE = 'stop';

/**
 * The beginning of a script whose command reads nothing: a process that is no child of the command waits for the line on standard input
 * and ends the group of the command. It ends with the input. It is for hosts that have no second session for `kill`.
 */
export const STOP_WATCHER = `exec 3<&0; ( { read -r x && [ "$x" = ${STOP_LINE} ] && { set -- $$; ${END_GROUP}; }; } <&3 >/dev/null 2>&1 & ); exec 3<&-; `;

/** A command that is to end. */
export interface StoppableCommand {
  readonly channel: Pick<Channel, 'stdin' | 'closed' | 'close'>;
  readonly pid: number;
  /** The argv prefix that runs commands as root. */
  readonly root: readonly string[];
  /** Whether its line has the watcher. */
  readonly hasWatcher: boolean;
}

/**
 * Ends a command and its descendants without waiting in the queue. Where the host opens no session for that for some time, the command loses its streams,
 * which ends most commands. sshd refuses its own signals for root (session.c, `session_signal_req`).
 */
export async function stopCommand(
  connection: Connection,
  { channel, pid, root, hasWatcher }: StoppableCommand,
): Promise<void> {
  if (hasWatcher) return void channel.stdin.write(`${STOP_LINE}\n`);
  const line = forLoginShell(root, `set -- ${pid}; ${END_GROUP}`);
  let isOver = false;
  void channel.closed.then(() => (isOver = true));
  for (let tries = 1; !isOver && !connection.isLost(); tries++)
    try {
      const killing = await connection.open(line);
      killing.stderr.resume();
      killing.stdout.resume();
      return;
    } catch (error) {
      // Of a lost connection, `ended` reports the end.
      if (!(error instanceof SessionRefused) || tries === MAX_TRIES) return channel.close();
      await delay(RETRY_MS);
    }
}
