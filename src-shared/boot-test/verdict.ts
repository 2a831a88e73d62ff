/**
 * What a console says about a boot: it went well, or it never will.
 *
 * - `booted`: a line begins with a login prompt (`login: `, `NAME login: `, `NAME console login: `), or with the word that the
 *   templates print when all is up (`NAME-READY`).
 * - `panic`: `Kernel panic - not syncing` of Linux, `panic[cpu` of illumos, anywhere in a line.
 *
 * Whichever comes first counts. Silence and everything else decide nothing: only time does.
 */
export interface ConsoleVerdict {
  readonly verdict: 'booted' | 'panic';
  /** A sentence that quotes the console. */
  readonly reason: string;
}

// `Last login: …` is no prompt, but somebody who has logged in.
const LOGIN = /^(?!last )(?:[\w.-]+ (?:console )?)?login: /im;
const READY = /^[A-Z][A-Z0-9-]*-READY(?=\s)/m;
// With the end of its line: the words after it say why.
const PANIC = /(?:Kernel panic - not syncing|panic\[cpu)[^\n]*(?=\n)/;
const MAX_QUOTED_CHARACTERS = 200;

/**
 * Reads a console for a verdict; `undefined` while there is none.
 *
 * @param text plain, without sequences for terminals (`ConsoleText`), from the beginning of a line
 */
export function consoleVerdict(text: string): ConsoleVerdict | undefined {
  const [first] = [
    { verdict: 'booted' as const, found: LOGIN.exec(text), says: 'It asks for a login' },
    { verdict: 'booted' as const, found: READY.exec(text), says: 'It says that it is up' },
    { verdict: 'panic' as const, found: PANIC.exec(text), says: 'Its kernel gave up' },
  ]
    .flatMap(({ found, ...rest }) => (found ? [{ ...rest, at: found.index, words: found[0] }] : []))
    .sort((a, b) => a.at - b.at);
  return (
    first && { verdict: first.verdict, reason: `${first.says}: ${first.words.trim().slice(0, MAX_QUOTED_CHARACTERS)}` }
  );
}
