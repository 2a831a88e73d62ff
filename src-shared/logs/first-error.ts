import { plainText } from './ansi';

/**
 * Matches words of error messages. A count of nothing (`0 errors`), a name (`error.log`, `liberror`), and an
 * option (`--no-error`) do not.
 */
const ERROR =
  /^E: |^npm ERR!|\b[A-Z]\w*(?:Error|Exception)(?=:)|(?<![\w./-])(?:errors?|fatal|failed|failure|cannot|can't|unable to|no such file|not found|permission denied|not permitted|refused|could not|out of memory|bad superblock|no space left|traceback|panic|segmentation fault|killed|aborted|aborting)(?![\w-]|\.\w)/i;
const HARMLESS = /(?<![\w.])(?:0|no|without) (?:error|failure|failed)|ignored|(?:errors?|failed|failures?):? 0\b/i;

const WARNING = /^(?:W: |\S{0,40}\s?warning\b)/i;

/** Whether a line of a log mentions an error. A warning does not count. Colours are ignored. */
export function mentionsError(line: string): boolean {
  const text = plainText(line);
  return ERROR.test(text) && !HARMLESS.test(text) && !WARNING.test(text);
}

/** Whether a line of a log is a warning. Colours are ignored. */
export function isWarning(line: string): boolean {
  return WARNING.test(plainText(line));
}
