import { hasControls, styledText, TerminalLine } from '../../../src-shared/logs/terminal-line';

/** Longer lines are cut, after all that they contain was applied. */
const MAX_LINE_BYTES = 16 * 1024;
const CUT = ' … (cut)';

/** A line as it is shown: its text, and the same with the sequences of its styles when it has styles. */
export interface ShownLine {
  readonly plain: string;
  readonly styled: string | undefined;
}

/** What is shown of a line that has ended. */
export function shownText(text: string): ShownLine {
  const line = oneLine(text);
  if (!hasControls(line)) return { plain: cut(line, false).text, styled: undefined };
  const terminal = new TerminalLine();
  terminal.feed(line);
  return shown(terminal);
}

/** What is shown of a line so far. */
export function shown(line: TerminalLine): ShownLine {
  const runs = line.runs();
  const { text: plain, isCut } = cut(runs.map(({ text }) => text).join(''), line.isCut);
  if (runs.every(({ style }) => style === 0)) return { plain, styled: undefined };
  // The styled text is cut where the plain text is.
  let left = isCut ? plain.length - CUT.length : plain.length;
  const kept = runs.map(({ text, style }) => {
    const part = text.slice(0, left);
    left -= part.length;
    return { text: part, style };
  });
  return { plain, styled: `${styledText(kept)}${isCut ? `\x1b[m${CUT}` : ''}` };
}

/** A text in which newlines are spaces, because they separate lines. */
export const oneLine = (text: string): string => (text.includes('\n') ? text.replaceAll('\n', ' ') : text);

/** The text in at most `MAX_LINE_BYTES` bytes, cut between characters, with a note when something is missing. */
function cut(text: string, isCutBefore: boolean): { readonly text: string; readonly isCut: boolean } {
  // No character has more than three bytes for each of its units.
  const isShort = text.length * 3 <= MAX_LINE_BYTES || Buffer.byteLength(text) <= MAX_LINE_BYTES;
  if (isShort) return { text: isCutBefore ? text + CUT : text, isCut: isCutBefore };
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_LINE_BYTES));
  return { text: text.slice(0, read) + CUT, isCut: true };
}
