/** The style of a piece of a line. Colours are numbers: 0 to 7, 8 to 15 for the bright ones. */
export interface AnsiStyle {
  readonly colour?: number;
  readonly bold?: boolean;
  readonly underline?: boolean;
}

/** A piece of a line in one style. The text is text: nothing in it is markup or a control sequence. */
export interface AnsiSpan extends AnsiStyle {
  readonly text: string;
}

/** The rest of a line with more pieces has the style of the last one, because each piece is an element of the page. */
const MAX_SPANS = 100;

// CSI … final byte; OSC, DCS, PM and APC up to their end or the line's; two-byte escapes; single control characters but for tab.
/* eslint-disable no-control-regex -- control characters are what this file is about */
const SEQUENCE =
  /\x1b\[([0-9;:<=>?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]{0,2}[0-~]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
/* eslint-enable no-control-regex */

/**
 * Returns a line as a terminal shows it: colours, bold and underlined text as spans, without other control sequences. Text after a
 * carriage return replaces the line, as progress bars do: the last state is shown.
 */
export function ansiSpans(line: string): readonly AnsiSpan[] {
  const shown = lastState(line);
  const spans: AnsiSpan[] = [];
  let style: AnsiStyle = {};
  let at = 0;
  const add = (end: number): void => {
    if (end <= at) return;
    const text = shown.slice(at, end);
    const last = spans.at(-1);
    // Sequences that change nothing do not start a new piece: compilers write many.
    if (last && (spans.length === MAX_SPANS || isSame(last, style)))
      spans[spans.length - 1] = { ...last, text: last.text + text };
    else spans.push({ ...style, text });
  };
  for (const match of shown.matchAll(SEQUENCE)) {
    add(match.index);
    at = match.index + match[0].length;
    if (match[2] === 'm') style = styled(style, match[1] ?? '');
  }
  add(shown.length);
  return spans;
}

function isSame(one: AnsiStyle, other: AnsiStyle): boolean {
  return one.colour === other.colour && one.bold === other.bold && one.underline === other.underline;
}

/** Returns the text without styles and control sequences. */
export function plainText(line: string): string {
  return ansiSpans(line)
    .map(({ text }) => text)
    .join('');
}

function lastState(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}

function styled(before: AnsiStyle, parameters: string): AnsiStyle {
  let style: { -readonly [K in keyof AnsiStyle]: AnsiStyle[K] } = { ...before };
  const codes = parameters.split(/[;:]/).map(Number);
  for (let n = 0; n < codes.length; n++) {
    const code = codes[n] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 22) delete style.bold;
    else if (code === 4) style.underline = true;
    else if (code === 24) delete style.underline;
    else if (code >= 30 && code <= 37) style.colour = code - 30;
    else if (code >= 90 && code <= 97) style.colour = code - 82;
    else if (code === 39) delete style.colour;
    // 256 colours and true colour: the first sixteen are supported, the others are ignored.
    else if (code === 38 || code === 48) {
      const index = codes[n + 1] === 5 ? codes[n + 2] : undefined;
      if (code === 38 && index !== undefined && index < 16) style.colour = index;
      n += codes[n + 1] === 5 ? 2 : 4;
    }
  }
  return style;
}
