import { USUAL_LINES } from './menu';

const [LINUX, INITRD] = USUAL_LINES;

/** The kernel options of an entry with the usual two lines, after the common ones; `undefined` for other lines. */
export function kernelOptions(lines: readonly string[]): readonly string[] | undefined {
  const [linux = '', initrd = '', ...others] = lines.map((line) => line.replaceAll(/\s+/g, ' ').trim());
  if (others.length > 0 || initrd !== INITRD) return undefined;
  if (linux !== LINUX && !linux.startsWith(`${LINUX} `)) return undefined;
  return splitOptions(lines[0]?.trim().replace(/^linux\s+\$kernel\s+\$options/, '') ?? '');
}

/** Splits at blanks outside quotes. */
export function splitOptions(text: string): readonly string[] {
  return text.match(/(?:"[^"]*"|'[^']*'|[^\s])+/g) ?? [];
}

/** The line that starts the kernel with these options. */
export function linuxLine(options: readonly string[]): string {
  return [LINUX, ...options].join(' ');
}
