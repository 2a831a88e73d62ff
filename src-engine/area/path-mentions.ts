import { OWN } from './script-text';

/** Whether a quote before a path ends the token before it: `"$1"/etc/fstab` is a path in `$1`. */
export function closesQuote(text: string, at: number): boolean {
  return /["'`]/.test(text.charAt(at - 1)) && at > 1 && new RegExp(`[\\w$})*${OWN}]`).test(text.charAt(at - 2));
}

/**
 * `. /etc/os-release`, `source FILE`. Any other mention of `/etc` may mean a file of the image, because scripts write
 * such files into the image.
 */
export function isSourced(text: string, at: number): boolean {
  return /(?:^|[\s;&|(])(?:\.|source)\s+["']?$/.test(text.slice(Math.max(0, at - 40), at));
}

/** Whether a path is only written to: a redirection, or the destination of a copy command. */
export function isWritten(text: string, start: number, end: number): boolean {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const before = text.slice(line, start);
  if (/>\|?\s*["']?$|\bof=["']?$|\btee\s+(?:-\w+\s+)*["']?$/.test(before)) return true;
  const command =
    before
      .split(/[;&|(]|\b(?:then|do|else)\b/)
      .at(-1)
      ?.trim() ?? '';
  if (/^(?:sudo\s+)?(?:touch|mkdir|rm|rmdir|unlink|chmod|chown|mkfifo)\b/.test(command)) return true;
  const isLast = /^\/?["']?\s*(?:$|[;&|)\n])/.test(text.slice(end, end + 8));
  if (!/^(?:sudo\s+)?rsync/.test(command) && /\s(?:-\w*t|--target-directory)[\s=]/.test(command))
    return /\s(?:-\w*t\s*|--target-directory[\s=])["']?$/.test(before);
  return isLast && /^(?:sudo\s+)?(?:cp|mv|install|ln|rsync)\b/.test(command);
}
