import { base64Of } from '../checkpoint-files/hex';

/** The most that is sent at once, in bytes; as base64 it is within what a call may carry. */
const MOST = 32 * 1024;

/** What is typed at a shell, sent in order: the next call begins when the one before has ended, with all that came meanwhile. */
export class Typing {
  #waiting: Uint8Array[] = [];
  #isSending = false;

  /** @param send gets base64; a failure means that the shell has gone, and what was typed is dropped */
  constructor(private readonly send: (data: string) => Promise<unknown>) {}

  /** Takes text as it was typed or pasted, or bytes. */
  type(typed: string | Uint8Array): void {
    const bytes = typeof typed === 'string' ? new TextEncoder().encode(typed) : typed;
    for (let at = 0; at < bytes.length; at += MOST) this.#waiting.push(bytes.subarray(at, at + MOST));
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#waiting.length > 0) await this.send(base64Of(this.#next()));
    } catch {
      this.#waiting = [];
    } finally {
      this.#isSending = false;
    }
  }

  /** Keys that were typed during a call go together. */
  #next(): Uint8Array {
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let part = this.#waiting[0]; part && size + part.length <= MOST; part = this.#waiting[0]) {
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
