import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AppError } from '../../../../src-shared/errors';
import { readFile, rm } from '../../../system/files';
import type { Channel, Connection, ConnectOptions } from '../connection';
import { knownHostName } from '../known-hosts';
import { createLost } from '../lost';
import { startMaster } from './master';
import type { SystemSsh } from '../system-ssh';

/** For the first output of a line. A login shell that prints nothing is not a refusal. */
const OPEN_TIMEOUT_MS = 2000;
/** The exit status of `ssh` for its own failures. */
const OWN_FAILURE = 255;

/**
 * Connects by the system's `ssh`, which reads the same configuration as in a terminal, and runs each command by another process of it
 * (ControlMaster). The commands' streams go to this program directly. Rejects as `connect` does.
 */
export async function connectBySystem(options: ConnectOptions, ssh: SystemSsh): Promise<Connection> {
  const { host, port } = options.target;
  const name = knownHostName(host, port);
  const master = await startMaster(options, ssh);
  const { end, ...lost } = createLost(name);
  void master.ended.then(end);
  let count = 0;

  async function open(line: string): Promise<Channel> {
    const gone = lost.isLost();
    if (gone) throw gone;
    const log = join(master.folder, `${++count}.log`);
    const child = spawn('ssh', clientArguments(master.socket, log, line), { stdio: 'pipe' });
    child.stdin.on('error', () => undefined);
    const exited = endOf(child, log, master.socket);
    let refusal: string | undefined;
    const closed = exited.then((found) => {
      refusal = found.refusal;
      return found.code;
    });
    // Not read here: the stream keeps what has come.
    const printed = new Promise<void>((resolve) => child.stdout.once('readable', () => resolve()));
    await Promise.race([printed, closed, delay(OPEN_TIMEOUT_MS, undefined, { ref: false }), lost.lost]);
    if (refusal !== undefined)
      throw lost.isLost() ?? new AppError('unreachable', `${name} does not accept the command: ${refusal}.`);
    return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, closed, close: () => void child.kill() };
  }

  return {
    name,
    hostKey: master.hostKey,
    open,
    ...lost,
    close() {
      end('it was closed here');
      master.end();
    },
  };
}

/** Its own messages go to a file, so that stderr has only those of the command. It never connects by itself. */
const clientArguments = (socket: string, log: string, line: string): string[] => [
  ...['-F', 'none', '-S', socket, '-E', log, '-T'],
  ...['-o', 'LogLevel=DEBUG2', '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-o', 'BatchMode=yes'],
  ...['--', 'host', line],
];

/** How a process of a command ended. */
interface End {
  readonly code: number | null | undefined;
  /** Why the host opened no session. */
  readonly refusal?: string;
}

/** The end of a command. `ssh` has one status for a signal, for a lost connection and for a refused session; its log distinguishes them. */
async function endOf(child: ChildProcessWithoutNullStreams, log: string, socket: string): Promise<End> {
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(OWN_FAILURE));
    child.once('close', resolve);
  });
  try {
    if (code !== OWN_FAILURE) return { code: code ?? undefined };
    const text = await readFile(log, 'utf8').catch(() => '');
    const status = /Received exit status from master (\d+)/.exec(text)?.[1];
    if (status !== undefined) return { code: Number(status) };
    const refusal = /session request failed: (.*)/.exec(text)?.[1];
    if (refusal !== undefined) return { code: undefined, refusal };
    // The session ended without a status: by a signal, while the connection lives.
    return { code: (await isAlive(socket)) ? null : undefined };
  } finally {
    // Its folder is removed at the end of the connection.
    await rm(log, { force: true }).catch(() => undefined);
  }
}

async function isAlive(socket: string): Promise<boolean> {
  try {
    await promisify(execFile)('ssh', ['-F', 'none', '-S', socket, '-O', 'check', 'host'], { timeout: 10_000 });
    return true;
  } catch {
    return false; // the master has ended or does not answer
  }
}
