/** How hard a password is to guess. `percent` is for a bar. */
export interface Strength {
  readonly grade: 'weak' | 'fair' | 'good';
  readonly percent: number;
}

/** Bits from which a password resists a guesser who has the hash for a while, and for long. */
const FAIR_BITS = 40;
const GOOD_BITS = 64;
/** Character classes and how many characters each has. */
const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/\d/, 10],
  [/[^\x20-\x7e]/, 100],
  [/[!-/:-@[-`{-~]/, 32],
  [/ /, 1],
];
/** Terms that guessers try first. */
const COMMON =
  /admin|changeme|debian|dragon|iloveyou|letmein|linux|live|login|master|monkey|pass(w[o0]r[dt])?|qwert[yz]u?|root|secret|slipway|solaris|test|user|welcome/gi;

/**
 * Estimates how hard a password is to guess, for a hint only. Repetitions, runs such as `abcd` or `4321`, terms that guessers try first and
 * `names` of the account count as one character each.
 */
export function passwordStrength(password: string, names: readonly string[] = []): Strength {
  const shortened = [...names]
    .filter((name) => name.length > 2)
    .reduce((text, name) => text.replace(new RegExp(escaped(name), 'gi'), 'x'), password)
    .replace(COMMON, 'x');
  const characters = [...shortened].filter((one, at, all) => !continues(all[at - 2], all[at - 1], one));
  const size = CLASSES.reduce((sum, [pattern, count]) => sum + (pattern.test(shortened) ? count : 0), 0);
  const bits = characters.length * Math.log2(Math.max(2, size));
  const grade: Strength['grade'] = bits < FAIR_BITS ? 'weak' : bits < GOOD_BITS ? 'fair' : 'good';
  return { grade, percent: Math.min(100, Math.round((bits / (GOOD_BITS * 1.5)) * 100)) };
}

/** A text as a regular expression. */
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Whether a character repeats the one before, or goes on with a run. */
function continues(before: string | undefined, last: string | undefined, now: string): boolean {
  if (last === undefined) return false;
  const step = code(now) - code(last);
  if (step === 0) return true;
  return before !== undefined && Math.abs(step) === 1 && code(last) - code(before) === step;
}

const code = (character: string): number => character.codePointAt(0) ?? 0;
