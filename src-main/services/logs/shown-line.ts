import { hasControls, MAX_COLUMNS, styledText, TerminalLine } from '../../../src-shared/logs/terminal-line';

/** A line as it is shown: its text, and the same with the sequences of its styles when it has styles. */
export interface ShownLine {
  readonly plain: string;
  readonly styled: string | undefined;
}

/** What is shown of a line that has ended. */
export function shownText(text: string): ShownLine {
  const line = oneLine(text);
  // No character has more than two columns.
  if (line.length * 2 <= MAX_COLUMNS && !hasControls(line)) return { plain: line, styled: undefined };
  const terminal = new TerminalLine();
  terminal.feed(line);
  return shown(terminal);
}

/** What is shown of a line so far. */
export function shown(line: TerminalLine): ShownLine {
  const runs = line.runs();
  const plain = runs.map(({ text }) => text).join('');
  return { plain, styled: runs.every(({ style }) => style === 0) ? undefined : styledText(runs) };
}

/** A text in which newlines are spaces, because they separate lines. */
export const oneLine = (text: string): string => (text.includes('\n') ? text.replaceAll('\n', ' ') : text);
