import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { readFirstLine } from './first-line';

/** A virtual display. */
export interface Xvfb {
  /** The value of `DISPLAY`. */
  readonly display: string;
  stop(): Promise<void>;
}

/** Starts Xvfb on a free display, and returns when it accepts connections. */
export async function startXvfb(): Promise<Xvfb> {
  const argv = ['-displayfd', '3', '-screen', '0', '2560x1600x24', '-nolisten', 'tcp', '-noreset'];
  const server = spawn('Xvfb', argv, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const end = () => server.kill('SIGKILL');
  process.once('exit', end);
  const number = await readFirstLine(server, server.stdio[3] as Readable, /^(\d+)$/);
  return {
    display: `:${number}`,
    async stop() {
      process.off('exit', end);
      if (server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, 'exit');
      server.kill();
      await gone;
    },
  };
}
