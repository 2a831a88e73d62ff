/** Most texts. Classes of Unicode take a millisecond to make. */
const isPlain = (text: string): boolean => /^[\t\n -~]*$/.test(text);

/** A tab and the end of a line are layout, not control of the terminal. */
const isLayout = (character: string): boolean => character === '\n' || character === '\t';

/**
 * A text as it can be shown on a terminal or a screen: control characters, separators of lines and controls of the writing direction are
 * written as `\x1b` or `\u202e`, because they would move the cursor or show another text. Line ends and tabs stay.
 */
export function visible(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) => {
    if (isLayout(character)) return character;
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** As `visible`, in one line: a name of a file, host or step. */
export const visibleName = (text: string): string => visible(text.replace(/\n/g, '\\n').replace(/\t/g, '\\t'));
