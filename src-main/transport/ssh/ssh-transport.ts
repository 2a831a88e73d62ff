import type { CommandOptions, CommandResult, Argv, Transport } from '../transport';
import { remoteChanges } from './changes';
import { createCommands } from './commands';
import { connect, type ConnectOptions } from './connection';
import { startDetached } from './detached';
import { createFiles } from './files';
import { tooMuch } from '../limits';
import { withRoot } from './root-files';
import { sendFile, type SentFile } from './send';

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * A word about a file, or about all in a folder, with times as fine as `ls` of the host prints them: GNU, then illumos, then plain POSIX.
 * Nothing reads it. It is the output of a command, since SFTP knows whole seconds only.
 */
const STAMP = `[ -e "$1" ] || exit 0
export LC_ALL=C
ls -lAinL --full-time "$1" 2>/dev/null || ls -lAinLE "$1" 2>/dev/null || ls -lAinL "$1" 2>/dev/null || :`;

/** A transport that holds a connection. */
export interface SshTransport extends Transport {
  /** Of the host's key: its algorithm, and its fingerprint as OpenSSH prints it. */
  readonly hostKey: { readonly type: string; readonly fingerprint: string };
  /** Rejects when the connection is lost or closed. May be ignored. A lost connection is not reopened. */
  readonly lost: Promise<never>;
  /**
   * Makes every command root's from now on, and reads by root what the account may not read.
   *
   * @param words those before a command; none: it is the account's again
   */
  useRoot(words: readonly string[]): void;
  /** As `run`, but always as the account: for what is its own. */
  runAsAccount(argv: Argv, options?: CommandOptions): Promise<CommandResult>;
  /** Writes a file of the account, whole or not at all. */
  send(file: SentFile): Promise<void>;
  /** Ends the connection; detached commands go on. */
  close(): void;
}

/**
 * Connects to a host and runs commands there. Every call rejects with `AppError('unreachable')` once the connection is lost: neither
 * a success nor a failure of what ran. Paths are absolute. `AppError` `refused`, `cancelled` or `unreachable` when there is no connection.
 */
export async function createSshTransport(options: ConnectOptions): Promise<SshTransport> {
  const connection = await connect(options);
  const commands = createCommands(connection);
  let root: readonly string[] = [];
  const files = withRoot(createFiles(connection), () => (root.length > 0 ? run : undefined));

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
    lost: connection.lost,
    close: () => connection.close(),
    useRoot: (words) => void (root = words),
    run,
    runAsAccount,
    async stream(argv, options = {}) {
      const { output, write, ended } = await commands.start({ argv, root, input: true }, options);
      return { output, write, ended };
    },
    send: (file) => sendFile(connection, runAsAccount, file),
    startDetached: (argv, options) => startDetached({ name: connection.name, files, run }, argv, options),
    readFile: (path, offset, length) => files.read(path, offset, length),
    list: (folder) => files.list(folder),
    async stamp(path) {
      return (await run(['sh', '-c', STAMP, 'sh', path])).stdout.toString('utf8');
    },
    changes: (path, signal) => remoteChanges(files, path, signal),
  };
}
