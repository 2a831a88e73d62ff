/**
 * The verdict of a boot by its console: it succeeded, or it cannot succeed.
 *
 * - `booted`: a line begins with a login prompt (`login: `, `NAME login: `, `NAME console login: `), or with the marker that the
 *   templates print when all services run (`NAME-READY`).
 * - `panic`: `Kernel panic - not syncing` of Linux, `panic[cpu` of illumos, anywhere in a line.
 *
 * The first of them counts. Without one of them only the timeout decides.
 */
export interface ConsoleVerdict {
  readonly verdict: 'booted' | 'panic';
  /** A sentence that quotes the console. */
  readonly reason: string;
}

// `Last login: …` is not a prompt: it appears after a login.
const LOGIN = /^(?!last )(?:[\w.-]+ (?:console )?)?login: /im;
const READY = /^[A-Z][A-Z0-9-]*-READY(?=\s)/m;
// Includes the rest of the line, which has the reason.
const PANIC = /(?:Kernel panic - not syncing|panic\[cpu)[^\n]*(?=\n)/;
const MAX_QUOTED_CHARACTERS = 200;

/**
 * Returns the verdict of a console; `undefined` while there is none.
 *
 * @param text plain, without sequences for terminals (`ConsoleText`), from the beginning of a line
 */
export function consoleVerdict(text: string): ConsoleVerdict | undefined {
  const [first] = [
    { verdict: 'booted' as const, found: LOGIN.exec(text), sentence: 'Login prompt on the serial console' },
    { verdict: 'booted' as const, found: READY.exec(text), sentence: 'Ready message on the serial console' },
    { verdict: 'panic' as const, found: PANIC.exec(text), sentence: 'The kernel stopped' },
  ]
    .flatMap(({ found, ...rest }) => (found ? [{ ...rest, at: found.index, quote: found[0] }] : []))
    .sort((a, b) => a.at - b.at);
  return (
    first && {
      verdict: first.verdict,
      reason: `${first.sentence}: ${first.quote.trim().slice(0, MAX_QUOTED_CHARACTERS)}`,
    }
  );
}
