import { styleOf, type AnsiStyle } from './sgr';
import { hasControls, MAX_COLUMNS, TerminalLine } from './terminal-line';

/** A piece of a line in one style. The text contains no markup and no control sequences. */
export interface AnsiSpan extends AnsiStyle {
  readonly text: string;
}

/** The rest of a line with more pieces has the style of the last one, because each piece is an element of the page. */
const MAX_SPANS = 100;

/**
 * Returns a line as a terminal shows it, by `TerminalLine`: colours, bold and underlined text as spans, without other control
 * sequences.
 */
export function ansiSpans(line: string): readonly AnsiSpan[] {
  if (!hasControls(line)) return line === '' ? [] : [{ text: line }];
  const runs = lineOf(line).runs();
  const spans = runs.slice(0, MAX_SPANS).map(({ text, style }) => ({ ...styleOf(style), text }));
  const last = spans.at(-1);
  if (last && runs.length > MAX_SPANS)
    last.text += runs
      .slice(MAX_SPANS)
      .map(({ text }) => text)
      .join('');
  return spans;
}

/** Returns the text that a terminal shows for a line, without styles and control sequences. */
export function plainText(line: string): string {
  return hasControls(line) ? lineOf(line).text : line;
}

function lineOf(text: string): TerminalLine {
  const line = new TerminalLine(MAX_COLUMNS + 4 * text.length);
  line.feed(text);
  return line;
}
