import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';
import { visible } from '../../../src-shared/visible';
import type { Argv, CommandOptions } from '../transport';
import type { Channel, Connection } from './connection';
import { FileGate } from './file-gate';
import { cutOff } from './lost';
import { readAhead } from './read-ahead';
import { beginningOf, remoteLine, type Beginning } from './remote-line';
import type { Sessions } from './sessions';
import { stopCommand } from './stop-command';
import { beforeDeadline } from '../../async/deadline';

/** Limits for the output of the shell's start-up files, and for the tail of a command's stderr. */
const MAX_GREETING_BYTES = 64 * 1024;
const MAX_STDERR_BYTES = 1024 * 1024;
/** For the text of a host in a message, in UTF-16 units. */
const MAX_MESSAGE = 1000;

/** For the login shell of the host to start a command, in milliseconds. */
const START_TIMEOUT_MS = 30_000;

/** For a command that could not be started to end, in milliseconds. */
const END_TIMEOUT_MS = 5000;

/** A command that runs on the host. */
export interface SshCommand {
  readonly pid: number;
  /** Whether stdout goes to `options.appendTo`: then `output` has stderr. */
  readonly isSaved: boolean;
  /** Stdout with back pressure: unread output waits on the host. Throws the lost-connection error. Ending the iteration early closes the pipe. */
  readonly output: AsyncIterable<Buffer>;
  write(data: string | Buffer): void;
  /** Rejects only with the lost-connection error, which may be ignored. `code` is `null` after a signal. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** A command and the way it is started. */
export interface HowToStart {
  readonly argv: Argv;
  /** Whether the caller writes to stdin. */
  readonly input: boolean;
  /** Whether the output may go to `options.appendTo`. */
  readonly toFile?: boolean;
  /** The argv prefix that runs it as root; empty to run it as the account. */
  readonly root: readonly string[];
}

/** Runs commands over one connection. Calls are queued while the host opens no further session. */
export interface Commands {
  /** Resolves when the command runs. Rejects with `unsupported` when the folder or the command does not exist. */
  start(how: HowToStart, options: CommandOptions): Promise<SshCommand>;
}

export function createCommands(connection: Connection, sessions: Sessions): Commands {
  return {
    async start(how, options) {
      const token = randomBytes(16).toString('hex');
      const hasWatcher = sessions.isOne && !how.input;
      const file = how.toFile && connection.openTo ? options.appendTo : undefined;
      const gate = file && (await FileGate.of(file));
      const { folder, env } = options;
      const line = remoteLine({ ...how, folder, env, token, hasWatcher, toFile: gate !== undefined });
      try {
        const channel = await sessions.open(line, gate?.descriptor);
        return await begin(connection, channel, { ...how, token, hasWatcher, gate }, options);
      } catch (error) {
        // What start-up files printed is no output of the command.
        await gate?.reset();
        throw error;
      }
    },
  };
}

/** A command on a channel. */
interface Start extends HowToStart {
  readonly token: string;
  readonly hasWatcher: boolean;
  readonly gate: FileGate | undefined;
}

async function begin(
  connection: Connection,
  channel: Channel,
  { argv, root, input, token, hasWatcher, gate }: Start,
  options: CommandOptions,
): Promise<SshCommand> {
  const stderr = keepLast(channel.stderr, MAX_STDERR_BYTES);
  let left = false;
  const leave = (): void => {
    left = true;
    channel.close();
  };
  const code = endOf(connection, channel.closed, () => left);
  // Awaited later, or not at all. It must not be an unhandled rejection.
  code.catch(() => undefined);
  const chunks = readAhead(channel.stdout);
  const greeting = { text: Buffer.alloc(0) };
  const begun = await beforeDeadline(
    // A lost connection is reported by `code`.
    Promise.race([readBeginning(chunks, token, greeting), connection.lost]).catch(() => undefined),
    START_TIMEOUT_MS,
  );
  if (!begun) {
    leave();
    void drain(chunks);
    const printed = messageOf(greeting.text, stderr());
    throw new AppError(
      'unsupported',
      `${connection.name} does not start ${argv[0]}: its login shell has not started it for ${START_TIMEOUT_MS / 1000} s, and printed ${printed === '' ? 'nothing' : `this: ${printed}`}.`,
      'Check the login shell and the start-up files of the account on the host.',
    );
  }
  const beginning = begun.value;
  if (beginning?.kind !== 'started') {
    void drain(chunks);
    // A host that writes without an end does not end the command by itself.
    const ended = await beforeDeadline(code, END_TIMEOUT_MS);
    leave();
    const why = ended === undefined ? 'its output does not end' : `it ${exitText(ended.value)}`;
    throw cannotStart(connection, argv, options, beginning, messageOf(greeting.text, stderr()) || why);
  }
  const { pid, rest } = beginning;
  if (gate) {
    await Promise.race([gate.clear(token, () => connection.isLost() !== undefined), connection.lost]);
    channel.stdin.write('go\n');
  }
  const ended = code.then((value) => ({ code: value, stderr: stderr() }));
  // The caller may ignore it, for example when it only reads the output.
  ended.catch(() => undefined);
  const stoppable = { pid, root, hasWatcher, channel: { ...channel, close: leave } };
  const abort = (): void => void stopCommand(connection, stoppable);
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  if (input && options.input !== undefined) channel.stdin.end(options.input);
  const forget = (): void => options.signal?.removeEventListener('abort', abort);
  ended.then(forget, forget);

  async function* output(): AsyncGenerator<Buffer> {
    let whole = false;
    try {
      if (rest.length > 0) yield rest;
      for (;;) {
        const next = await chunks.next().catch(() => ({ done: true as const, value: undefined }));
        if (next.done) break;
        yield next.value;
      }
      whole = true;
      await code;
    } finally {
      if (!whole) {
        leave();
        void drain(chunks);
      }
    }
  }

  return {
    pid,
    isSaved: gate !== undefined,
    output: output(),
    write: (data) => void (channel.stdin.writable && channel.stdin.write(data)),
    ended,
  };
}

/**
 * The exit status, `null` after a signal. A channel that closes without either was cut off: the lost-connection error, unless
 * the caller has closed it. Does not wait for a reader when the connection is lost.
 */
function endOf(connection: Connection, closed: Channel['closed'], hasLeft: () => boolean): Promise<number | null> {
  const ended = closed.then((end) => {
    if (end !== undefined) return end;
    if (hasLeft()) return null;
    throw connection.isLost() ?? cutOff(connection.name, 'in the middle of a command');
  });
  // It may fail after the connection was lost.
  ended.catch(() => undefined);
  return Promise.race([ended, connection.lost]);
}

/** @param greeting gets the output so far */
async function readBeginning(
  chunks: AsyncIterator<Buffer>,
  token: string,
  greeting: { text: Buffer },
): Promise<Beginning | undefined> {
  while (greeting.text.length < MAX_GREETING_BYTES) {
    const next = await chunks.next();
    if (next.done) return undefined;
    greeting.text = Buffer.concat([greeting.text, next.value]);
    const beginning = beginningOf(greeting.text, token);
    if (beginning) return beginning;
  }
  return undefined;
}

/** The last part of what the host printed in place of the command, as one line. Some shells print their reason on stdout (nologin). */
function messageOf(stdout: Buffer, stderr: string): string {
  const text = `${stdout.toString('utf8')}\n${stderr}`.replace(/\s+/g, ' ').trim();
  return visible(text.slice(-MAX_MESSAGE)).replace(/\.$/, '');
}

function cannotStart(
  { name }: Connection,
  argv: Argv,
  { folder }: CommandOptions,
  beginning: Beginning | undefined,
  output: string,
): AppError {
  const what = `${argv[0]} cannot be started on ${name}`;
  if (beginning?.kind === 'no-folder')
    return new AppError('unsupported', `${what}: there is no folder ${folder}.`, 'Create the folder on the host.');
  if (beginning?.kind === 'no-command')
    return new AppError('unsupported', `${what}: there is no such command.`, `Install it on the host: ${argv[0]}`);
  return new AppError(
    'unsupported',
    `${what}: ${output}.`,
    'The account needs a login shell that starts commands, and sh on its PATH.',
  );
}

/** Discards the rest of the output, because a channel closes only when everything was read. */
async function drain(chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    while (!(await chunks.next()).done);
  } catch {
    // The channel was cut off; its end reports it.
  }
}

/** The last bytes of a stream, as text. */
function keepLast(stream: Readable, most: number): () => string {
  let chunks: Buffer[] = [];
  let size = 0;
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < 2 * most) return;
    const last = Buffer.concat(chunks).subarray(-most);
    [chunks, size] = [[Buffer.from(last)], last.length];
  });
  return () => Buffer.concat(chunks).subarray(-most).toString('utf8');
}
