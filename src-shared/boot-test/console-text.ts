// A serial console contains sequences for terminals: colours, cursor movements, redrawn menus. This file turns them into plain lines.

/** One whole sequence: a control sequence, a string ended by BEL or ST, or a short escape. */
// eslint-disable-next-line no-control-regex
const SEQUENCE = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ`-~\\])/y;
/** An incomplete sequence of this length is not a sequence. */
const MAX_HELD_CHARACTERS = 4096;

/** Turns the output of a serial console into plain text, piece by piece. A sequence may be split between pieces. */
export class ConsoleText {
  /** An incomplete sequence at the end of the last piece. */
  #held = '';
  /** Prevents empty lines where a screen is redrawn. */
  #isLineStart = true;

  /** Adds a piece and returns its text: printable characters, tabs and `\n`, nothing else. */
  push(piece: string): string {
    const raw = this.#held + piece;
    this.#held = '';
    let text = '';
    const put = (more: string): void => {
      text += more;
      this.#isLineStart = more.endsWith('\n');
    };
    for (let at = 0; at < raw.length;) {
      const letter = raw.charAt(at);
      if (letter === '\x1b') {
        SEQUENCE.lastIndex = at;
        const found = SEQUENCE.exec(raw);
        if (found) {
          // The cursor moves: the following text is another line.
          if (/[Hf]/.test(found[2] ?? '') && !this.#isLineStart) put('\n');
          at = SEQUENCE.lastIndex;
        } else if (raw.length - at < MAX_HELD_CHARACTERS) {
          this.#held = raw.slice(at);
          return text;
        } else at++;
      } else if (letter === '\r') {
        // Before a newline it has no effect; alone it starts a line that overwrites the present one.
        const next = raw.slice(at).search(/[^\r]/);
        if (next < 0) {
          this.#held = '\r';
          return text;
        }
        at += next;
        if (raw.charAt(at) !== '\n' && !this.#isLineStart) put('\n');
      } else {
        if (letter >= ' ' ? letter !== '\x7f' && !isC1(letter) : letter === '\n' || letter === '\t') put(letter);
        at++;
      }
    }
    return text;
  }
}

/** Eight-bit control characters: some terminals treat them as the start of a sequence. */
const isC1 = (letter: string): boolean => letter >= '\x80' && letter <= '\x9f';

/** Returns the plain text of a whole console. */
export function plainConsoleText(raw: string): string {
  return new ConsoleText().push(raw);
}
