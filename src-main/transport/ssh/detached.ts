import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';
import type { Argv, CommandOptions, CommandResult, DetachedCommand } from '../transport';
import type { Files } from './files';

const MAX_TAIL_BYTES = 64 * 1024;
/** Poll intervals for the end of the command: short at first, then longer. */
const POLL_MIN_MS = 250;
const POLL_MAX_MS = 1000;
/** After this many polls the keeper is checked too, because it does not survive a restart of the host. */
const POLLS_PER_CHECK = 5;

/** Writes its process number and becomes the command, in its own session so that all its descendants can be ended with it. */
const COMMAND = 'echo $$ >"$0.new" && mv "$0.new" "$0" && exec "$@"';

/** How long the exit status of a command is kept for a caller whose connection was lost. */
const KEEP_SECONDS = 900;

/**
 * Waits for the command and writes its exit status. It is in its own session, so that a signal for the command does not end it first.
 * Where the caller does not take the status, because its connection was lost, the folder is removed after a time.
 */
const KEEPER = `d=$1 s=$2 c=$3 keep=$4; shift 4; trap : HUP INT TERM QUIT; "$s" sh -c "$c" "$d/pid" "$@"; echo $? >"$d/end.new"; mv "$d/end.new" "$d/end"
trap - HUP INT TERM QUIT; n=0; while [ -d "$d" ] && [ $n -lt "$keep" ]; do sleep 1; n=$((n + 1)); done; rm -rf "$d"`;

/** The exit status of `START` when the file system of the folder is full. */
const NO_ROOM = 125;

/** Makes a private folder, starts the keeper, and prints the folder and the process numbers of keeper and command. */
const START = `command -v "$4" >/dev/null 2>&1 || exit 127
d=$(umask 077; mktemp -d "\${TMPDIR:-/tmp}/slipway-start-XXXXXX") || exit 126
# Without a byte for the number of the process, the command would run unseen.
{ echo room >"$d/room" && [ -s "$d/room" ]; } 2>/dev/null || { echo "$d"; rm -rf "$d"; exit ${NO_ROOM}; }
rm "$d/room"
k=$1 c=$2 keep=$3; shift 3
if command -v setsid >/dev/null 2>&1; then s=setsid; else s=nohup; fi
# Where systemd ends what a session leaves behind, a scope of its own is not the session's; the number of the process stays.
r=; [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ] && systemd-run --scope --quiet --collect true 2>/dev/null &&
  r='systemd-run --scope --quiet --collect'
$r "$s" sh -c "$k" sh "$d" "$s" "$c" "$keep" "$@" </dev/null >"$d/output" 2>&1 &
until [ -s "$d/pid" ] || [ -f "$d/end" ]; do sleep 0.05 2>/dev/null || sleep 1; done
echo "$d"; echo $!; cat "$d/pid"`;

/** Ends the command and its descendants; without setsid(1), the command alone. */
const END = 'kill -s TERM -- "-$1" 2>/dev/null || kill -s TERM "$1"';

/** The parts of the transport that this needs. */
export interface DetachedTools {
  readonly name: string;
  readonly files: Files;
  run(argv: Argv, options?: CommandOptions): Promise<CommandResult>;
  /** Instead of a quarter of an hour. */
  readonly keepSeconds?: number;
}

/**
 * Starts a command that does not depend on the connection. A keeper on the host writes its output and exit status to a private folder,
 * which is removed once the end has been reported. A command that a signal ended has the status 128 + n, as in shells.
 */
export async function startDetached(
  { name, files, run, keepSeconds = KEEP_SECONDS }: DetachedTools,
  argv: Argv,
  options: CommandOptions = {},
): Promise<DetachedCommand> {
  const { folder: where, env } = options;
  const { code, stdout, stderr } = await run(['sh', '-c', START, 'sh', KEEPER, COMMAND, `${keepSeconds}`, ...argv], {
    ...(where === undefined ? {} : { folder: where }),
    ...(env === undefined ? {} : { env }),
  });
  const [folder, keeper, pid] = stdout.toString('utf8').split('\n');
  if (code === NO_ROOM)
    throw new AppError(
      'refused',
      `${argv[0]} cannot be started on ${name}: the disk with ${folder ?? 'its temporary folder'} is full.`,
      'Free some space on the host, then start again.',
    );
  if (code !== 0 || !folder || !keeper || !pid) {
    const why = code === 127 ? 'there is no such command' : stderr.trim() || `the shell ${exitText(code)}`;
    throw new AppError('unsupported', `${argv[0]} cannot be started on ${name}: ${why}.`);
  }
  // `ended` reports a lost connection.
  const abort = (): void => void run(['sh', '-c', END, 'sh', pid]).catch(() => undefined);
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  const ended = follow(folder, keeper).finally(() => options.signal?.removeEventListener('abort', abort));
  // The caller may ignore the end of the command.
  ended.catch(() => undefined);
  return { pid: Number(pid), ended };

  async function follow(folder: string, keeper: string): Promise<{ code: number | null; output: string }> {
    let gone = false;
    for (let polls = 1, pause = POLL_MIN_MS; (await files.size(`${folder}/end`)) === undefined && !gone; polls++) {
      await delay(pause, undefined, { ref: false });
      pause = Math.min(POLL_MAX_MS, pause * 1.25);
      // The keeper may end between two polls. Only a keeper that is gone without an exit status was killed.
      if (polls % POLLS_PER_CHECK === 0) gone = (await run(['kill', '-0', keeper])).code !== 0;
    }
    const end = await files.read(`${folder}/end`, 0, 16).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'missing') return Buffer.alloc(0);
      throw error;
    });
    const size = (await files.size(`${folder}/output`)) ?? 0;
    const output = await files.read(`${folder}/output`, Math.max(0, size - MAX_TAIL_BYTES), MAX_TAIL_BYTES);
    await run(['rm', '-rf', folder]);
    const status = end.toString('latin1').trim();
    return { code: status === '' ? null : Number(status), output: output.toString('utf8') };
  }
}
