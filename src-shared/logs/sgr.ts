/** The style of a piece of a line. Colours are numbers: 0 to 7, 8 to 15 for the bright ones. */
export interface AnsiStyle {
  readonly colour?: number;
  readonly bold?: boolean;
  readonly underline?: boolean;
}

/** A style as a number: the colour plus 1 in the low bits (0 is the default colour), then bold and underlined. */
export type StyleCode = number;

const COLOUR = 0x1f;
const BOLD = 0x20;
const UNDERLINE = 0x40;

/** The style that a code stands for. */
export function styleOf(code: StyleCode): AnsiStyle {
  return {
    ...((code & COLOUR) !== 0 && { colour: (code & COLOUR) - 1 }),
    ...((code & BOLD) !== 0 && { bold: true }),
    ...((code & UNDERLINE) !== 0 && { underline: true }),
  };
}

/** The sequence that sets a style, independent of the style before it. */
export function sgrOf(code: StyleCode): string {
  const colour = (code & COLOUR) - 1;
  const parameters = [
    ...((code & BOLD) !== 0 ? [1] : []),
    ...((code & UNDERLINE) !== 0 ? [4] : []),
    ...(colour >= 8 ? [colour + 82] : colour >= 0 ? [colour + 30] : []),
  ];
  return `\x1b[${['', ...parameters].join(';')}m`;
}

/**
 * The style after a sequence `CSI parameters m` (ECMA-48 SGR). A parameter may have sub-parameters after colons, which belong to it
 * alone. The first sixteen colours are supported. Other colours are shown as the default colour.
 */
export function styled(before: StyleCode, parameters: string): StyleCode {
  let style = before;
  const list = parameters.split(';');
  for (let n = 0; n < list.length; n++) {
    const [code = 0, ...sub] = (list[n] ?? '').split(':').map(Number);
    if (code === 0) style = 0;
    else if (code === 1) style |= BOLD;
    else if (code === 22) style &= ~BOLD;
    else if (code === 4) style = sub[0] === 0 ? style & ~UNDERLINE : style | UNDERLINE;
    else if (code === 21) style |= UNDERLINE;
    else if (code === 24) style &= ~UNDERLINE;
    else if (code >= 30 && code <= 37) style = withColour(style, code - 30);
    else if (code >= 90 && code <= 97) style = withColour(style, code - 82);
    else if (code === 39) style = withColour(style, -1);
    else if (code === 38 || code === 48 || code === 58) {
      // Foreground, background and underline: a palette's number after 5, or other forms of colour.
      const form = sub.length > 0 ? sub : list.slice(n + 1).map(Number);
      if (sub.length === 0) n += LENGTH_OF_FORM.get(form[0] ?? 0) ?? 1;
      if (code === 38) style = withColour(style, form[0] === 5 && (form[1] ?? 16) < 16 ? (form[1] ?? -1) : -1);
    }
  }
  return style;
}

/** How many parameters a form of colour has, with its own number: palette, RGB, CMY, CMYK, default. */
const LENGTH_OF_FORM = new Map([
  [5, 2],
  [2, 4],
  [3, 4],
  [4, 5],
]);

const withColour = (style: StyleCode, colour: number): StyleCode => (style & ~COLOUR) | (colour + 1);
