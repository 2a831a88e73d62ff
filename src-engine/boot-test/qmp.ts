import type { Duplex } from 'node:stream';
import { object, optional, text } from '../../src-shared/shape';
import { parseJson } from '../system/json-file';

/** A line of QEMU's monitor protocol. Greetings and events have neither `error` nor `return`. */
const qmpReply = object('QmpReply', 'A reply of QEMU.', {
  error: optional(object('QmpError', 'Why QEMU refused a command.', { desc: optional(text) })),
});

/** QEMU's monitor protocol on a connection. One command runs at a time. */
export class Qmp {
  readonly #connection: Duplex;

  #text = '';
  /** The pending command's callbacks. */
  #pending: { resolve(value: unknown): void; reject(error: Error): void } | undefined;
  #isReady = false;

  constructor(connection: Duplex) {
    this.#connection = connection;
    connection.setEncoding('utf8');
    connection.on('data', (chunk: string) => this.#read(chunk));
    const onClose = (): void => this.#pending?.reject(new Error('QEMU has ended.'));
    connection.on('error', onClose);
    connection.on('close', onClose);
  }

  /** Runs a command and returns its result. Rejects with QEMU's message, when QEMU ends, and after `timeoutMs`. */
  async command(execute: string, args: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<unknown> {
    if (!this.#isReady) await this.#send('qmp_capabilities', {}, timeoutMs);
    this.#isReady = true;
    return this.#send(execute, args, timeoutMs);
  }

  #send(execute: string, args: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<unknown> {
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`QEMU does not answer ${execute}.`)), timeoutMs);
      const finish = (report: () => void): void => {
        clearTimeout(timer);
        this.#pending = undefined;
        report();
      };
      this.#pending = {
        resolve: (value) => finish(() => resolve(value)),
        reject: (error) => finish(() => reject(error)),
      };
      this.#connection.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  #read(chunk: string): void {
    const lines = (this.#text + chunk).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      const reply = parseJson(line, qmpReply);
      if (!reply) continue;
      if (reply.error) this.#pending?.reject(new Error(reply.error.desc ?? 'QEMU refused the command.'));
      else if ('return' in reply) this.#pending?.resolve(reply.return);
    }
  }
}
