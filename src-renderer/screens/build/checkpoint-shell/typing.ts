import { base64Of } from '../checkpoint-files/hex';

/** Longer input is sent in several calls. As base64 it fits into a call. */
const MAX_BYTES = 32 * 1024;

/** Sends typed input in order. Input that arrives during a call is sent together after it. */
export class Typing {
  #waiting: Uint8Array[] = [];
  #isSending = false;

  readonly #send: (data: string) => Promise<unknown>;

  /** @param send gets base64. When it fails the shell has ended, and the input is dropped */
  constructor(send: (data: string) => Promise<unknown>) {
    this.#send = send;
  }

  /** Adds typed or pasted text, or bytes. */
  type(typed: string | Uint8Array): void {
    const bytes = typeof typed === 'string' ? new TextEncoder().encode(typed) : typed;
    for (let at = 0; at < bytes.length; at += MAX_BYTES) this.#waiting.push(bytes.subarray(at, at + MAX_BYTES));
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#waiting.length > 0) await this.#send(base64Of(this.#next()));
    } catch {
      this.#waiting = [];
    } finally {
      this.#isSending = false;
    }
  }

  /** Returns the input that arrived during the last call. */
  #next(): Uint8Array {
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let part = this.#waiting[0]; part && size + part.length <= MAX_BYTES; part = this.#waiting[0]) {
      parts.push(part);
      size += part.length;
      this.#waiting.shift();
    }
    const all = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
