/**
 * Words by which tools say that something went wrong. A count of nothing (`0 errors`), a name (`error.log`, `liberror`), and an
 * option (`--no-error`) do not.
 */
const ERROR =
  /(?<![\w./-])(?:error|fatal|failed|failure|cannot|can't|unable to|no such file|not found|permission denied|no space left|traceback|panic|segmentation fault|killed|aborted)(?![\w-]|\.\w)/i;
const HARMLESS = /(?<![\w.])(?:0|no|without) (?:error|failure|failed)|ignored|error:? 0\b/i;

/** Whether a line of a log speaks of an error. */
export function speaksOfError(line: string): boolean {
  return ERROR.test(line) && !HARMLESS.test(line);
}

/** Whether a line of a log is a warning. */
export function isWarning(line: string): boolean {
  return /^(?:W: |\S{0,40}\s?warning\b)/i.test(line);
}
