import { ConsoleText } from '../../../../src-shared/boot-test/console-text';

/** Older lines are dropped. */
export const MAX_LINES = 2000;
/** Longer lines are cut, because an image may print anything. */
const MAX_LINE_CHARACTERS = 2000;

/** The end of a serial console as plain text. */
export class ConsoleTail {
  readonly #plain = new ConsoleText();
  #lines: string[] = [''];

  /** Adds received text. Returns the whole text to show. */
  push(raw: string): string {
    const [first = '', ...rest] = this.#plain.push(raw).split('\n');
    const last = this.#lines.length - 1;
    this.#lines[last] = ((this.#lines[last] ?? '') + first).slice(0, MAX_LINE_CHARACTERS);
    for (const line of rest) this.#lines.push(line.slice(0, MAX_LINE_CHARACTERS));
    if (this.#lines.length > MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES);
    return this.#lines.join('\n');
  }
}
