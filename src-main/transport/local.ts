import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { absent, mkdtemp, onOpenFile, open, readdir, rm, stat, watchFolder, type FileHandle } from '../system/files';
import { explainFailure } from '../../src-shared/explain-failure';
import { tooMuch } from './limits';
import type { Argv, CommandOptions, CommandResult, DetachedCommand, RunningCommand, Transport } from './transport';

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const MAX_TAIL_BYTES = 64 * 1024;
/** Poll interval for files on file systems that report no changes. */
const POLL = 1000;

/** Runs commands on this computer. */
export function createLocalTransport(): Transport {
  return {
    async run(argv, options) {
      const child = start(argv, options, [options?.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']);
      feed(child, options?.input);
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      let size = 0;
      const most = options?.maxBytes ?? MAX_OUTPUT_BYTES;
      child.stdout?.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > most) endGroup(child);
        else stdout.push(chunk);
      });
      child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
      const code = await end(child, argv);
      if (size > most) throw tooMuch(argv, size);
      return { code, stdout: Buffer.concat(stdout), stderr: text(stderr) } satisfies CommandResult;
    },

    async stream(argv, options) {
      const child = start(argv, options, ['pipe', 'pipe', 'pipe']);
      const stderr: Buffer[] = [];
      child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
      feed(child, options?.input);
      const ended = end(child, argv);
      await started(child, ended);
      return {
        output: child.stdout as AsyncIterable<Buffer>,
        write: (data) => void child.stdin?.write(data),
        ended: ended.then((code) => ({ code, stderr: text(stderr) })),
      } satisfies RunningCommand;
    },

    async startDetached(argv, options) {
      // A file and not a pipe, because it has to outlive this program. Its name is not needed.
      const folder = await mkdtemp(join(tmpdir(), 'slipway-start-'));
      const file = await open(join(folder, 'output'), 'a+', 0o600);
      await rm(folder, { recursive: true });
      const child = start(argv, options, ['ignore', file.fd, file.fd]);
      const ended = end(child, argv)
        .then(async (code) => ({ code, output: await lastOf(file) }))
        .finally(() => file.close());
      await started(child, ended);
      giveWay(child);
      child.unref();
      return { pid: child.pid ?? 0, ended } satisfies DetachedCommand;
    },

    async readFile(path, offset, length) {
      const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
        absent(error);
        throw new AppError('missing', `${path} cannot be read: ${explainFailure(error.code, error.message)}.`);
      });
      try {
        const { bytesRead, buffer } = await onOpenFile(path, () => file.read(Buffer.alloc(length), 0, length, offset));
        return buffer.subarray(0, bytesRead);
      } finally {
        await onOpenFile(path, () => file.close());
      }
    },

    async list(folder) {
      return readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
        throw error;
      });
    },

    async stamp(path) {
      const names = await readdir(path).catch(() => ['']);
      const stats = await Promise.all(
        // An entry that was removed in between has no state.
        names.map((name) => stat(join(path, name), { bigint: true }).catch(() => undefined)),
      );
      return names.map((name, at) => `${name} ${stats[at]?.mtimeNs} ${stats[at]?.size} ${stats[at]?.mode}`).join('\n');
    },

    changes: (path, signal) => changes(path, signal),
  };
}

/** nice(1) value of a build, so that the window stays responsive on a shared computer. */
const NICE = 10;

/** Lowers the priority of a build. A build without competition is as fast as before. */
function giveWay(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, NICE);
  } catch {
    // The process has ended already.
  }
}

/** The last part of a command's output. */
async function lastOf(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const from = Math.max(0, size - MAX_TAIL_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_TAIL_BYTES), 0, MAX_TAIL_BYTES, from);
  return buffer.toString('utf8', 0, bytesRead);
}

type Stdio = ['ignore' | 'pipe', 'pipe' | number, 'pipe' | number];

function start([command, ...args]: Argv, options: CommandOptions = {}, stdio: Stdio): ChildProcess {
  const child = spawn(command, args, {
    cwd: options.folder,
    env: { ...process.env, ...options.env },
    stdio,
    detached: true, // in its own session, so that its whole process group can be ended, and our end does not end it
  });
  const abort = (): void => endGroup(child);
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  child.once('close', () => options.signal?.removeEventListener('abort', abort));
  return child;
}

/** Ignores the error of writing to a command that has just ended. */
function feed(child: ChildProcess, input: string | Buffer | undefined): void {
  child.stdin?.on('error', () => undefined);
  if (input !== undefined) child.stdin?.end(input);
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // the process has ended
  }
}

/** Resolves with the exit status, or `null` after a signal. Rejects when the command could not be started. */
function end(child: ChildProcess, argv: Argv): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new AppError(
          'unsupported',
          `${argv[0]} cannot be started on this computer: ${error.message}.`,
          error.code === 'ENOENT' ? `Install it, or check that the folder is there: ${argv[0]}` : undefined,
        ),
      ),
    );
    child.once('close', (code) => resolve(code));
  });
}

async function started(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  await Promise.race([new Promise<void>((resolve) => child.once('spawn', () => resolve())), ended]);
}

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');

/** Yields at each event of the file system, and at intervals for file systems without events (network file systems, FUSE). */
async function* changes(path: string, signal: AbortSignal): AsyncGenerator<void> {
  while (!signal.aborted) {
    // The watch begins before the first read, so that no change is missed between them.
    const next = await startWatch(path, signal);
    yield;
    await next.changed;
  }
}

/** Begins to watch a path. The result has the promise in an object, because a caller must not wait for it here. */
async function startWatch(path: string, signal: AbortSignal): Promise<{ readonly changed: Promise<void> }> {
  let report = (): void => undefined;
  const reported = new Promise<void>((resolve) => (report = resolve));
  const watcher = await watchFolder(path, report);
  const timer = setTimeout(report, POLL);
  signal.addEventListener('abort', report);
  if (signal.aborted) report();
  const changed = reported.then(() => {
    clearTimeout(timer);
    watcher?.close();
    signal.removeEventListener('abort', report);
  });
  return { changed };
}
