import { AppError } from '../../../src-shared/errors';
import { MORE_SESSIONS } from '../../../src-shared/hosts/model';
import type { Argv, CommandOptions, CommandResult, RunningCommand, Transport } from '../transport';
import { remoteChanges } from './changes';
import { commandFiles } from './command-files';
import { createCommands } from './commands';
import { connect, type ConnectOptions } from './connection';
import { startDetached } from './detached';
import { createFiles } from './files';
import { tooMuch } from '../limits';
import { withRoot } from './root-files';
import { sendFile, type SentFile } from './send';
import { createSessions } from './sessions';
import { connectBySystem } from './system/system-connection';

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
/** For what a command prints on standard error. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Prints the version string of a file, or of all files in a folder, with the finest times that the host's `ls` prints: GNU, then illumos,
 * then plain POSIX. It is opaque. It comes from a command, because SFTP has whole seconds only.
 */
const STAMP = `[ -e "$1" ] || exit 0
export LC_ALL=C
ls -lAinL --full-time "$1" 2>/dev/null || ls -lAinLE "$1" 2>/dev/null || ls -lAinL "$1" 2>/dev/null || :`;

/** A transport that holds a connection. */
export interface SshTransport extends Transport {
  /** Of the host's key: its algorithm, and its fingerprint as OpenSSH prints it. */
  readonly hostKey: { readonly type: string; readonly fingerprint: string };
  /** Which SSH client connects, and what the built-in one lacks for this host. */
  readonly client: { readonly name: 'built-in' | 'ssh'; readonly needs: readonly string[] };
  /** Rejects when the connection is lost or closed. May be ignored. A lost connection is not reopened. */
  readonly lost: Promise<never>;
  /**
   * Runs every command as root from now on, and reads as root what the account may not read.
   *
   * @param prefix the arguments before a command; without any, commands run as the account again
   */
  useRoot(prefix: readonly string[]): void;
  /** As `run`, but always as the account, for files that belong to it. */
  runAsAccount(argv: Argv, options?: CommandOptions): Promise<CommandResult>;
  /** Writes a file of the account, whole or not at all. */
  send(file: SentFile): Promise<void>;
  /** Returns whether the host allows one session at a time only, where commands wait for each other. To be called while nothing else runs. */
  hasOneSession(): Promise<boolean>;
  /** Ends the connection; detached commands go on. */
  close(): void;
}

/**
 * Connects to a host and runs commands there. Once the connection is lost every call rejects with `AppError('unreachable')`, because it is
 * unknown whether the command succeeded. Paths are absolute. `AppError` `refused`, `cancelled` or `unreachable` when there is no connection.
 */
export async function createSshTransport(options: ConnectOptions): Promise<SshTransport> {
  const { system } = options;
  const connection = system ? await connectBySystem(options, system) : await connect(options);
  let root: readonly string[] = [];
  const ofAccount = createFiles(
    connection,
    commandFiles(connection.name, (argv) => runAsAccount(argv)),
  );
  const sessions = createSessions(connection, () => ofAccount.giveWay());
  const commands = createCommands(connection, sessions);
  const files = withRoot(ofAccount, () =>
    root.length > 0 ? commandFiles(connection.name, (argv) => run(argv)) : undefined,
  );

  async function collect(argv: Argv, root: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const command = await commands.start({ argv, root, input: options.input !== undefined }, options);
    const stdout: Buffer[] = [];
    let size = 0;
    for await (const chunk of command.output) {
      size += chunk.length;
      if (size > (options.maxBytes ?? MAX_OUTPUT_BYTES)) throw tooMuch(argv, size);
      stdout.push(chunk);
    }
    const { code, stderr } = await command.ended;
    return { code, stdout: Buffer.concat(stdout), stderr };
  }

  const run = (argv: Argv, options?: CommandOptions): Promise<CommandResult> => collect(argv, root, options);
  const runAsAccount = (argv: Argv, options?: CommandOptions): Promise<CommandResult> => collect(argv, [], options);

  return {
    hostKey: connection.hostKey,
    client: { name: system ? 'ssh' : 'built-in', needs: system?.needs ?? [] },
    lost: connection.lost,
    close: () => connection.close(),
    useRoot: (prefix) => void (root = prefix),
    run,
    runAsAccount,
    async stream(argv, options = {}) {
      const isInteractive = options.input === undefined;
      if (isInteractive && sessions.isOne)
        throw new AppError(
          'unsupported',
          `${connection.name} allows one session at a time. This one would keep it, and everything else would wait.`,
          MORE_SESSIONS,
        );
      const input = isInteractive || options.input !== '';
      const { output, write, ended, isSaved } = await commands.start({ argv, root, input, toFile: true }, options);
      return isSaved ? savedCommand(output, write, ended) : { output, write, ended };
    },
    async hasOneSession() {
      await sessions.check();
      return sessions.isOne;
    },
    send: (file) =>
      sendFile(
        connection,
        (argv, options) => commands.start({ argv, root: [], input: true }, options),
        (argv) => runAsAccount(argv),
        file,
      ),
    startDetached: (argv, options) => startDetached({ name: connection.name, files, run }, argv, options),
    readFile: (path, offset, length) => files.read(path, offset, length),
    list: (folder) => files.list(folder),
    async stamp(path) {
      return (await run(['sh', '-c', STAMP, 'sh', path])).stdout.toString('utf8');
    },
    changes: (path, signal) => remoteChanges(files, path, signal),
  };
}

/** A command whose output goes to a file. What it prints on standard error comes as `errors`. */
function savedCommand(
  errors: AsyncIterable<Buffer>,
  write: RunningCommand['write'],
  ended: RunningCommand['ended'],
): RunningCommand {
  const printed = (async () => {
    let text = Buffer.alloc(0);
    for await (const piece of errors) text = Buffer.concat([text, piece]).subarray(-MAX_ERROR_BYTES);
    return text.toString('utf8');
  })();
  const end = ended.then(async ({ code }) => ({ code, stderr: await printed }));
  // The caller may learn of a lost connection by the other one.
  for (const one of [printed, end]) one.catch(() => undefined);
  return {
    // eslint-disable-next-line require-yield
    output: (async function* () {
      await printed;
    })(),
    write,
    ended: end,
  };
}
