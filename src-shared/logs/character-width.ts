/** The variation selectors are combining marks too. */
const MARK = /^(?:\p{M}|\u200d)$/u;

/** The ranges that terminals show in two columns (Unicode's East Asian Width `W` and `F`, and emoji), in order. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Whether a character belongs to the one before it: a combining mark, a joiner or a variation selector. */
export const isMark = (code: number): boolean => MARK.test(String.fromCodePoint(code));

/** Whether a terminal shows a character in two columns. */
export function isWide(code: number): boolean {
  return code >= 0x1100 && WIDE.some(([first, last]) => code >= first && code <= last);
}
