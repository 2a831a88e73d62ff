import type { Duplex } from 'node:stream';

/** A line of QEMU's monitor protocol. Greetings and events have neither field. */
interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc?: string };
}

/** QEMU's monitor protocol on a connection. One command runs at a time. */
export class Qmp {
  #text = '';
  /** The pending command's callbacks. */
  #answer: { resolve(value: unknown): void; reject(error: Error): void } | undefined;
  #isReady = false;

  constructor(private readonly connection: Duplex) {
    connection.setEncoding('utf8');
    connection.on('data', (piece: string) => this.#read(piece));
    const gone = (): void => this.#answer?.reject(new Error('QEMU has ended.'));
    connection.on('error', gone);
    connection.on('close', gone);
  }

  /** Runs a command and returns its result. Rejects with QEMU's message, when QEMU ends, and after `timeoutMs`. */
  async command(execute: string, args: Readonly<Record<string, unknown>>, patience: number): Promise<unknown> {
    if (!this.#isReady) await this.#send('qmp_capabilities', {}, patience);
    this.#isReady = true;
    return this.#send(execute, args, patience);
  }

  #send(execute: string, args: Readonly<Record<string, unknown>>, patience: number): Promise<unknown> {
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`QEMU does not answer ${execute}.`)), patience);
      const settled = (settle: () => void): void => {
        clearTimeout(timer);
        this.#answer = undefined;
        settle();
      };
      this.#answer = {
        resolve: (value) => settled(() => resolve(value)),
        reject: (error) => settled(() => reject(error)),
      };
      this.connection.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  #read(piece: string): void {
    const lines = (this.#text + piece).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      const reply = JSON.parse(line) as Reply;
      if (reply.error) this.#answer?.reject(new Error(reply.error.desc ?? 'QEMU refused the command.'));
      else if ('return' in reply) this.#answer?.resolve(reply.return);
    }
  }
}
