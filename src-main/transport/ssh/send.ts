import { randomBytes, webcrypto } from 'node:crypto';
import { dirname } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';
import type { Argv, CommandOptions, CommandResult } from '../transport';
import type { SshCommand } from './commands';
import type { Connection } from './connection';

/** A file for the host. */
export interface SentFile {
  /** Absolute. A missing folder is created with access for the account only. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
}

/**
 * Creates the folder and writes a file with its mode, which the umask would narrow. Then prints an empty line, and the file's hash by the
 * first of three commands that exists.
 */
const WRITE = `umask 077; mkdir -p "$3" && cat >"$1" && chmod "$2" "$1" || exit 1
echo
if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"
elif command -v shasum >/dev/null 2>&1; then shasum -a 256 <"$1"
elif command -v digest >/dev/null 2>&1; then digest -a sha256 "$1"; fi
exit 0`;

/** Gives the file its name, and removes partial files that earlier transfers left more than an hour ago. */
const FINISH = `mv -f "$1" "$2" || exit 1
cd "$3" && find . ! -name . -prune -type f -name "$4.part-*" -mmin +60 -exec rm -f {} +
exit 0`;

/**
 * Writes a file on the host, whole or not at all: it is written beside its place, compared, and renamed. When the connection is lost
 * meanwhile, the old file stays. `AppError('refused')` when it cannot be written, for example because the disk is full.
 *
 * @param start starts a command of the account
 * @param run runs one to its end
 */
export async function sendFile(
  connection: Connection,
  start: (argv: Argv, options: CommandOptions) => Promise<Pick<SshCommand, 'output' | 'ended'>>,
  run: (argv: Argv) => Promise<CommandResult>,
  { path, bytes, mode }: SentFile,
): Promise<void> {
  const folder = dirname(path);
  const name = path.slice(folder.length + 1);
  const partial = `${path}.part-${randomBytes(6).toString('hex')}`;
  try {
    const writing = await start(['sh', '-c', WRITE, 'sh', partial, mode.toString(8), folder], { input: bytes });
    let hashing: Promise<ArrayBuffer> | undefined;
    let printed = '';
    for await (const piece of writing.output) {
      // In a thread, while the host does the same. Before, encryption needs the processor.
      hashing ??= webcrypto.subtle.digest('SHA-256', bytes);
      printed += piece.toString('latin1');
    }
    const { code: end, stderr: why } = await writing.ended;
    if (end !== 0 || !hashing) throw new Error(why.trim() || `the shell ${exitText(end)}`);
    const sum = printed.trim();
    const hash = Buffer.from(await hashing).toString('hex');
    if (sum !== '' && !sum.startsWith(hash))
      throw new AppError(
        'refused',
        `${path} on ${connection.name} differs from the sent file.`,
        "Check the host's disk.",
      );
    const { code, stderr } = await run(['sh', '-c', FINISH, 'sh', partial, path, folder, name]);
    if (code !== 0)
      throw new AppError(
        'refused',
        `${path} cannot be written on ${connection.name}: ${stderr.trim()}.`,
        `Check the permissions of ${folder}.`,
      );
  } catch (error) {
    const lost = connection.isLost();
    if (lost) throw lost;
    await run(['rm', '-f', partial]);
    if (error instanceof AppError) throw error;
    throw await explainFailure(connection, run, folder, path, bytes.length, error as Error);
  }
}

/** The reason in plain English for a full disk. A command reports it in its own language. */
async function explainFailure(
  { name }: Connection,
  run: (argv: Argv) => Promise<CommandResult>,
  folder: string,
  path: string,
  size: number,
  { message }: Error,
): Promise<AppError> {
  const { stdout } = await run(['df', '-Pk', folder]);
  const free = Number(stdout.toString('utf8').trim().split('\n').at(-1)?.split(/ +/)[3]) * 1024;
  const what = `${path} cannot be written on ${name}`;
  return free < size
    ? new AppError(
        'refused',
        `${what}: the disk is full (${free} bytes are free, ${size} are needed).`,
        'Free some space on the host, then connect again.',
      )
    : new AppError('refused', `${what}: ${message.replace(/\.$/, '')}.`, `Check the permissions of ${folder}.`);
}
