/** Longer commands are words of a log, not passwords. The limits keep the time in proportion to the text. */
const MAX_COMMAND_CHARACTERS = 1000;
const MAX_QUOTED_CHARACTERS = 400;

const QUOTED = [
  `"(?:[^"\\\\\\r\\n]|\\\\.){0,${MAX_QUOTED_CHARACTERS}}"`,
  `'[^'\\r\\n]{0,${MAX_QUOTED_CHARACTERS}}'`,
  `\\$\\([^()\\r\\n]{0,${MAX_QUOTED_CHARACTERS}}\\)`,
].join('|');
/** A quote without its end is a character like others. */
const WORD = new RegExp(`(?:${QUOTED}|\\\\[^\\r\\n]|[^\\s;&|<>()])+`, 'y');
const BLANK = /(?:[ \t]|\\\r?\n)+/y;
const REDIRECTION = /\d*(?:<<<|<<-?|>>|[<>])&?[ \t]*/y;

/** A word of a command as it is written, with its place. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The words of one command without its redirections: from `from` up to an operator of the shell, or to the end of the line. */
export function commandWords(text: string, from: number): readonly Word[] {
  const command = text.slice(from, from + MAX_COMMAND_CHARACTERS);
  const words: Word[] = [];
  let at = 0;
  const match = (form: RegExp): string => {
    form.lastIndex = at;
    const [found = ''] = form.exec(command) ?? [];
    at += found.length;
    return found;
  };
  for (;;) {
    match(BLANK);
    if (match(REDIRECTION)) {
      match(WORD);
      continue;
    }
    const start = from + at;
    const word = match(WORD);
    if (!word) return words;
    words.push({ text: word, start, end: start + word.length });
  }
}

/** A word without the quotes around it. */
export const unquoted = (word: string): string => word.replace(/^\$?["']|["']$/g, '');

/** The name of a program without its folder. */
export const programOf = (word: string): string => unquoted(word).replace(/^.*\//, '');
