import { spawn } from 'node:child_process';
import { mkdtempSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { processesWithVariable } from '../../src-engine/system/process-table';
import type { BackendArguments } from './snapshot-child';

/** In the environment of everything that a started process starts. */
const MARK = 'SLIPWAY_TEST_PROCESS';

/** Runs snapshot operations in a separate process that can be killed. */
export class SnapshotProcesses {
  readonly #folder = mkdtempSync(join(tmpdir(), 'slipway-child-'));
  readonly #program = join(this.#folder, 'snapshot-child.cjs');

  /** Bundles the program, because Node cannot run TypeScript. */
  async prepare(): Promise<void> {
    const entryPoints = [join(import.meta.dirname, 'snapshot-child.ts')];
    await build({
      entryPoints,
      outfile: this.#program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
  }

  /**
   * Starts an operation and kills the process with SIGKILL this many milliseconds after the beginning, unless it has
   * ended. Returns whether it ended by itself, and how long it ran.
   */
  async killDuring(
    backend: BackendArguments,
    operation: 'take' | 'rollback' | 'reset' | 'open',
    name: string,
    milliseconds: number,
  ): Promise<{ finished: boolean; elapsed: number }> {
    const child = spawn(process.execPath, [this.#program, JSON.stringify(backend), operation, name], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, [MARK]: this.#folder },
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    // For a view: it is open. Otherwise: the operation begins.
    await waitForLines(child.stdout, operation === 'open' ? 2 : 1);
    const started = Date.now();
    const stop = new AbortController();
    void delay(milliseconds, undefined, { signal: stop.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    const code = await closed;
    stop.abort();
    await this.#noForkLeft();
    if (code !== null && code !== 0) throw new Error(`${operation} ${name} exited with ${code}: ${stderr}`);
    return { finished: code === 0, elapsed: Date.now() - started };
  }

  /**
   * A tool that was being started continues, for a moment as a copy of the killed process, which cannot be
   * distinguished from a foreign one. The next engine starts later than that. A test would be earlier.
   */
  async #noForkLeft(): Promise<void> {
    const isFork = (pid: number): boolean => {
      try {
        return readlinkSync(`/proc/${pid}/exe`) === realpathSync(process.execPath);
      } catch {
        return false; // it has ended
      }
    };
    // Checked twice, because a process has no environment while it becomes the tool.
    for (let clear = 0; clear < 2; await delay(2))
      clear = processesWithVariable(MARK, this.#folder).some(isFork) ? 0 : clear + 1;
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function waitForLines(stream: NodeJS.ReadableStream, count: number): Promise<void> {
  let seen = '';
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.split('\n').length > count) resolve();
    });
    stream.on('end', () => reject(new Error(`ended after "${seen}"`)));
  });
}
