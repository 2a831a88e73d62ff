import { ConsoleText } from '../../../../src-shared/boot-test/console-text';

/** More lines of a console are not kept. */
export const MOST_LINES = 2000;
/** Nor longer ones, in characters: an image may print anything. */
const MOST_OF_LINE = 2000;

/** The end of a serial console as plain text. */
export class ConsoleTail {
  readonly #plain = new ConsoleText();
  #lines: string[] = [''];

  /** Takes what came over the line; gives all that is shown now. */
  push(raw: string): string {
    const [first = '', ...rest] = this.#plain.push(raw).split('\n');
    const last = this.#lines.length - 1;
    this.#lines[last] = ((this.#lines[last] ?? '') + first).slice(0, MOST_OF_LINE);
    for (const line of rest) this.#lines.push(line.slice(0, MOST_OF_LINE));
    if (this.#lines.length > MOST_LINES) this.#lines = this.#lines.slice(-MOST_LINES);
    return this.#lines.join('\n');
  }
}
