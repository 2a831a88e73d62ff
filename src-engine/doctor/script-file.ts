import { readHead, shebangOf } from '../area/script-start';

/** A script says what it needs near its top. */
const HEAD_LINES = 40;

/** A tool that a script says it needs, and the Debian package that has it. */
export interface Need {
  readonly tool: string;
  readonly pkg: string;
}

/** Whether a shebang names a POSIX shell. */
export function isShell(shebang: string): boolean {
  return /(^|[/\s])(sh|dash|bash|ksh\d*|zsh)(\s|$)/.test(shebang);
}

/**
 * What a script of the templates says it needs: by the line `needs TOOL:DEBIAN_PACKAGE...` near its top, which makes it refuse to
 * start without them. Empty for a script that says nothing.
 */
export function declaredNeeds(path: string): Need[] {
  const head = readHead(path);
  const shebang = shebangOf(head);
  if (shebang === undefined || !isShell(shebang)) return [];
  const needs = new Map<string, string>();
  for (const line of head.toString('utf8').split('\n', HEAD_LINES)) {
    const words = /^needs((?:[ \t]+[\w.+:/-]+)+)[ \t\r]*$/.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
    for (const word of words) {
      const [tool = '', pkg = tool] = word.split(':');
      needs.set(tool, pkg);
    }
  }
  return [...needs].map(([tool, pkg]) => ({ tool, pkg }));
}
