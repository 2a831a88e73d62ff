import { plainText } from './ansi';

/**
 * Words by which tools say that something went wrong. A count of nothing (`0 errors`), a name (`error.log`, `liberror`), and an
 * option (`--no-error`) do not.
 */
const ERROR =
  /(?<![\w./-])(?:errors?|fatal|failed|failure|cannot|can't|unable to|no such file|not found|permission denied|no space left|traceback|panic|segmentation fault|killed|aborted)(?![\w-]|\.\w)/i;
const HARMLESS = /(?<![\w.])(?:0|no|without) (?:error|failure|failed)|ignored|error:? 0\b/i;

const WARNING = /^(?:W: |\S{0,40}\s?warning\b)/i;

/** Whether a line of a log speaks of an error. A warning does not, whatever it warns of. Colours do not matter. */
export function mentionsError(line: string): boolean {
  const text = plainText(line);
  return ERROR.test(text) && !HARMLESS.test(text) && !WARNING.test(text);
}

/** Whether a line of a log is a warning. Colours do not matter. */
export function isWarning(line: string): boolean {
  return WARNING.test(plainText(line));
}
