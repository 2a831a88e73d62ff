import { plainText } from './ansi';

/** What error messages contain. */
const WORDS =
  "errors?|fatal|failed|failure|cannot|can't|unable to|no such file|not found|permission denied|not permitted|refused|could not|out of memory|bad superblock|no space left|traceback|panic|segmentation fault|killed|aborted|aborting";
/** APT marks its errors, whatever else the line has. */
const OF_APT = /^E: /;
/** A name (`error.log`, `liberror`) and an option (`--no-error`) do not match. */
const ERROR = new RegExp(
  String.raw`^npm ERR!|\b[A-Z]\w*(?:Error|Exception)(?=:)|(?<![\w./-])(?:${WORDS})(?![\w-]|\.\w)`,
  'i',
);
/** A count of nothing: `0 errors`, `without errors`, `failed=0`. */
const COUNT_OF_NOTHING =
  /(?<![\w.])(?:0|no|without) (?:errors?|failures?|failed)\b|\b(?:errors?|failed|failures?)[:=]? ?0\b(?!\.\d)/gi;
/** What ends a part of a line. A part that only states that something was ignored belongs to the part before. */
const BETWEEN_PARTS = /[;,](?!\s*ignor)/;
/** Not a count of ignored things, as in `2 ignored` and `ignored=0`. */
const IGNORED = /(?<!\d )\bignored\b(?![:=])/i;

const WARNING = /^(?:W: |\S{0,40}\s?warning\b)/i;

/** Finds lines that `mentionsError` may accept, by one pass over many lines. */
export const MAY_MENTION_ERROR = new RegExp(`${WORDS}|^E: |^npm ERR!|Exception:`, 'gim');

/**
 * Whether a line of a log mentions an error. A warning does not count, nor does a part of the line that states that
 * nothing failed or that the error was ignored. Colours are ignored.
 */
export function mentionsError(line: string): boolean {
  const text = plainText(line);
  if (WARNING.test(text)) return false;
  if (OF_APT.test(text)) return true;
  if (!ERROR.test(text)) return false;
  const parts = text.replace(COUNT_OF_NOTHING, '').split(BETWEEN_PARTS);
  return parts.some((part) => ERROR.test(part) && !IGNORED.test(part));
}

/** Whether a line of a log is a warning. Colours are ignored. */
export function isWarning(line: string): boolean {
  return WARNING.test(plainText(line));
}
