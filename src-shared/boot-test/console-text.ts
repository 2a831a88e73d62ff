// A serial console carries sequences for terminals: colours, moves of the cursor, whole menus drawn anew. Here it becomes plain lines.

/** One whole sequence: a control sequence, a string ended by BEL or ST, or a short escape. */
// eslint-disable-next-line no-control-regex
const SEQUENCE = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ`-~\\])/y;
/** Longer than any sequence that means something: what is not complete by then never will be. */
const MAX_HELD_CHARACTERS = 4096;

/** Makes plain text of what comes over a serial line, piece by piece; a sequence may be cut anywhere between pieces. */
export class ConsoleText {
  /** The beginning of a sequence whose end has not come yet. */
  #held = '';
  /** So that a screen that is drawn anew gives lines and not empty ones. */
  #isLineStart = true;

  /** Takes the next piece and gives the text in it: printable characters, tabs and `\n`, nothing else. */
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
          // The cursor goes elsewhere: what follows is another line.
          if (/[Hf]/.test(found[2] ?? '') && !this.#isLineStart) put('\n');
          at = SEQUENCE.lastIndex;
        } else if (raw.length - at < MAX_HELD_CHARACTERS) {
          this.#held = raw.slice(at);
          return text;
        } else at++;
      } else if (letter === '\r') {
        // Before a newline it says nothing; alone it begins a line that is written over.
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

/** Controls of eight bits: some terminals take them for the beginning of a sequence. */
const isC1 = (letter: string): boolean => letter >= '\x80' && letter <= '\x9f';

/** All of a console at once. */
export function plainConsoleText(raw: string): string {
  return new ConsoleText().push(raw);
}
