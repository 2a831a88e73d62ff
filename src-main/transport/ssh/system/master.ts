import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../../src-shared/errors';
import { beforeDeadline } from '../../../async/deadline';
import { mkdtemp, rm, writeFile } from '../../../system/files';
import type { ConnectOptions } from '../connection';
import { knownHostName } from '../known-hosts';
import { createReadyTimeout } from '../ready-timeout';
import { answerQuestions, writeAskpass } from './askpass';
import { explainSsh } from './failures';
import { lateLogin, Signing } from './login-progress';
import { SshQuestions } from './questions';
import { configText, hostArguments, type SystemSsh } from '../system-ssh';

/** A socket's path has at most 104 bytes on some systems, and `ssh` appends 17 while it makes it. */
const MAX_FOLDER = 60;
const MAX_LINES = 2000;
/** For the host's answers until the login. */
const READY_TIMEOUT_MS = 20_000;
/** For the process to end after SIGTERM. */
const END_TIMEOUT_MS = 2000;

/**
 * Runs a command until it ends, or until standard input does, and removes a folder: when this program is killed, its connections end with
 * it. The shell outlives SIGTERM to the group, and its report about an ended command has no reader then.
 */
const HOLD = `trap : TERM
exec 3<&0
"$@" 3<&- & p=$!
exec 2>/dev/null
{ cat <&3; kill $p; } >/dev/null &
wait $p; code=$?
rm -rf "$0"; exit $code`;

/** A process of `ssh` that holds the connection to a host, and runs commands for other processes through its socket. */
export interface Master {
  readonly socket: string;
  /** A private folder, removed at the end. */
  readonly folder: string;
  readonly hostKey: { readonly type: string; readonly fingerprint: string };
  /** Resolves when the process has ended, with its last message. */
  readonly ended: Promise<string>;
  end(): void;
}

/** Connects. Rejects with an `AppError`: `unreachable`, `refused` (login, host key) or `cancelled` (a question). */
export async function startMaster(options: ConnectOptions, ssh: SystemSsh): Promise<Master> {
  const { host, port, hostKeyAlias, login } = options.target;
  const name = knownHostName(host, port);
  const folder = await mkdtemp(join(shortFolder(), 'slipway-ssh-'));
  const socket = join(folder, 'socket');
  const config = join(folder, 'config');
  const lines: string[] = [];
  const over = new AbortController();
  let child: ChildProcess | undefined;
  const end = (): void => {
    over.abort();
    endGroup(child);
  };
  try {
    const { own, read } = options.hostKeys;
    const keepAlive = Math.max(1, Math.round((options.keepAlive ?? 15_000) / 1000));
    await writeFile(config, configText({ ssh, knownHosts: [own, ...read], keepAlive }), { mode: 0o600 });
    const environment = await writeAskpass(folder);
    const questions = new SshQuestions(options);
    const flags = ['-F', config, '-M', '-S', socket, '-N', '-T', '-o', 'LogLevel=DEBUG1'];
    child = spawn('sh', ['-c', HOLD, folder, 'ssh', ...flags, ...hostArguments(ssh)], {
      env: { ...process.env, ...environment, LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true, // without a terminal, and with its helpers in one process group
    });
    const started = child;
    started.stdin?.on('error', () => undefined);
    started.once('exit', () => started.stdin?.end());
    const printed = new Promise<void>((resolve) => started.once('close', () => resolve()));
    const failed = new Promise<never>((_, reject) => started.once('error', (error) => reject(notStarted(error))));
    // Only raced below, so it may fail after the race.
    failed.catch(() => undefined);
    const hostKey = { type: '', fingerprint: '' };
    const limit = options.readyTimeout ?? READY_TIMEOUT_MS;
    let giveUp = (_: AppError): void => undefined;
    const tooLate = new Promise<never>((_, reject) => (giveUp = reject));
    // Only raced below, so it may fail after the race.
    tooLate.catch(() => undefined);
    const timeout = createReadyTimeout(limit, () => giveUp(lateLogin(name, limit, hostKey.type !== '')));
    over.signal.addEventListener('abort', () => timeout.end());
    const signing = new Signing(timeout);
    const ready = new Promise<void>((resolve) =>
      eachLine(started, (line) => {
        if (lines.length < MAX_LINES) lines.push(line);
        signing.line(line);
        const [, type, print] = /^debug1: Server host (?:key|certificate): (\S+) (SHA256:[^\s,]+)/.exec(line) ?? [];
        // The first line only: later ones may be texts of the host.
        if (type !== undefined && print !== undefined && hostKey.type === '')
          Object.assign(hostKey, { type, fingerprint: print });
        if (line === 'debug1: Entering interactive session.') resolve();
      }),
    );
    const late = new Promise<never>((_, reject) => {
      const answering = answerQuestions(
        folder,
        (text) => {
          return timeout.whileAsking(questions.answer(text, textBefore(lines)));
        },
        over.signal,
      );
      answering.then(
        () => reject(new AppError('cancelled', `The login at ${name} was cancelled.`)),
        // A process that ends removes the folder, and the reason of its end counts.
        async (error: Error) => over.signal.aborted || (await beforeDeadline(printed, END_TIMEOUT_MS)) || reject(error),
      );
    });
    // Only raced below, so it may fail after the race.
    late.catch(() => undefined);
    const gone = printed.then(async () => {
      if (questions.cancelled === 'host-key')
        throw new AppError(
          'cancelled',
          `The host key of ${knownHostName(hostKeyAlias ?? host, port)} was not accepted: ${hostKey.fingerprint} (${hostKey.type}). Nothing was sent.`,
          'Connect again to decide again.',
        );
      throw await explainSsh({ name, user: login.user, lines });
    });
    // Only raced below, so it may fail after the race.
    gone.catch(() => undefined);
    await Promise.race([ready, tooLate, late, gone, failed]);
    over.abort();
    const ended = printed.then(() => {
      void remove(folder);
      return lines.filter((line) => !line.startsWith('debug')).at(-1) ?? 'the ssh command has ended';
    });
    return { socket, folder, hostKey, ended, end };
  } catch (error) {
    end();
    await remove(folder);
    throw error;
  }
}

/** The text just before a question, which belongs to it. What is before lines of `-v` is a banner. */
function textBefore(lines: readonly string[]): string {
  const isOther = (line: string): boolean => /^debug\d: |^Permission denied/.test(line);
  const last = lines.map(isOther).lastIndexOf(true);
  return lines
    .slice(last + 1)
    .join('\n')
    .trim();
}

/** Runs a function for each line that the process prints on stderr. */
function eachLine({ stderr }: ChildProcess, use: (line: string) => void): void {
  let rest = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    const whole = (rest + text).split(/\r?\n/);
    rest = (whole.pop() ?? '').slice(-4096);
    whole.forEach(use);
  });
}

/** Ends the process, its proxy commands and its helper programs; later by force. */
function endGroup(child: ChildProcess | undefined): void {
  const { pid } = child ?? {};
  if (!child || pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-pid, name);
    } catch {
      // It has just ended.
    }
  };
  signal('SIGTERM');
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void beforeDeadline(exited, END_TIMEOUT_MS).then((found) => found ?? signal('SIGKILL'));
}

/** The private folder of the account in memory where there is one, otherwise the one for temporary files. */
function shortFolder(): string {
  const folders = [process.env['XDG_RUNTIME_DIR'], tmpdir()];
  return folders.find((folder) => folder !== undefined && folder !== '' && folder.length <= MAX_FOLDER) ?? '/tmp';
}

// A folder that stays is temporary and has no secret.
const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);

const notStarted = ({ message }: Error): AppError =>
  new AppError('unsupported', `The ssh command cannot be started: ${message}.`, 'Install OpenSSH.');
