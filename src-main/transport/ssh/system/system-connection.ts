import {
  execFile,
  spawn,
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  type StdioOptions,
} from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readFile, rm } from '../../../system/files';
import type { Channel, Connection, ConnectOptions } from '../connection';
import { knownHostName } from '../known-hosts';
import { createLost } from '../lost';
import { SessionRefused } from '../session-refused';
import { startMaster } from './master';
import type { SystemSsh } from '../system-ssh';

/** For the first output of a line. A login shell may print nothing; then the log is polled for the beginning of the session. */
const OPEN_POLL_MS = 1000;
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

  async function open(line: string, output?: number): Promise<Channel> {
    const gone = lost.isLost();
    if (gone) throw gone;
    const log = join(master.folder, `${++count}.log`);
    const stdio: StdioOptions = ['pipe', output ?? 'pipe', 'pipe'];
    const child = spawn('ssh', clientArguments(master.socket, log, line), { stdio });
    const { stdin, stderr } = child as ChildProcessWithoutNullStreams;
    stdin.on('error', () => undefined);
    const stdout = child.stdout ?? stderr;
    const report = reportOf(child, log);
    const closed = endOf(child, report, master.socket);
    const held = [hold(stdout), hold(stderr)] as const;
    try {
      await Promise.race([held[0].printed, report, sessionIn(log), lost.lost]);
      const refusal = child.exitCode === OWN_FAILURE && /session request failed: (.*)/.exec(await report)?.[1];
      if (refusal) throw lost.isLost() ?? new SessionRefused(refusal);
    } catch (error) {
      // A process closes only when everything was read.
      for (const stream of [stdout, stderr]) stream.resume();
      throw error;
    } finally {
      for (const { release } of held) release();
    }
    const close = (): void => void child.kill();
    return { stdin, stdout, stderr: stdout === stderr ? Readable.from([]) : stderr, closed, close };
  }

  return {
    name,
    hostKey: master.hostKey,
    open,
    openTo: open,
    ...lost,
    close() {
      end('it was closed here');
      master.end();
    },
  };
}

/** Its own messages go to a file, so that stderr has only those of the command. It never opens a connection of its own. */
const clientArguments = (socket: string, log: string, line: string): string[] => [
  ...['-F', 'none', '-S', socket, '-E', log, '-T'],
  ...['-o', 'LogLevel=DEBUG2', '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-o', 'BatchMode=yes'],
  ...['--', 'host', line],
];

/**
 * Keeps what a process prints until the caller reads it. Without a listener Node discards it once the process has exited.
 *
 * `printed` resolves with the first output. `release` must be called just before the caller reads.
 */
function hold(stream: Readable): { readonly printed: Promise<void>; release(): void } {
  let first = (): void => undefined;
  const printed = new Promise<void>((resolve) => (first = resolve));
  const onReadable = (): void => {
    if (stream.readableLength > 0) first();
  };
  stream.on('readable', onReadable);
  return { printed, release: () => void stream.off('readable', onReadable) };
}

/** Resolves when the log has the beginning of the session, or is removed. */
async function sessionIn(log: string): Promise<void> {
  const text = (): Promise<string | undefined> => readFile(log, 'utf8').catch(() => undefined);
  do await delay(OPEN_POLL_MS, undefined, { ref: false });
  while ((await text())?.includes('master session id') === false);
}

/** Waits for the end of a process, and returns its log when it failed without being ended. The log is removed. */
async function reportOf(child: ChildProcess, log: string): Promise<string> {
  await new Promise((resolve) => child.once('error', resolve).once('exit', resolve));
  try {
    return child.exitCode === OWN_FAILURE ? await readFile(log, 'utf8') : '';
  } catch {
    return '';
  } finally {
    // Its folder is removed at the end of the connection.
    await rm(log, { force: true }).catch(() => undefined);
  }
}

/** The end of a command. `ssh` has one status for a signal, for a lost connection and for a refused session; its log distinguishes them. */
async function endOf(child: ChildProcess, report: Promise<string>, socket: string): Promise<number | null | undefined> {
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(OWN_FAILURE));
    child.once('close', resolve);
  });
  const text = await report;
  if (code !== OWN_FAILURE) return code ?? undefined;
  const status = /Received exit status from master (\d+)/.exec(text)?.[1];
  if (status !== undefined) return Number(status);
  if (/session request failed: /.test(text)) return undefined;
  // The session ended without a status: by a signal, while the connection lives.
  return (await isAlive(socket)) ? null : undefined;
}

async function isAlive(socket: string): Promise<boolean> {
  try {
    await promisify(execFile)('ssh', ['-F', 'none', '-S', socket, '-O', 'check', 'host'], { timeout: 10_000 });
    return true;
  } catch {
    return false; // the master has ended or does not answer
  }
}
