import { readHead, shebangOf } from '../area/script-start';

/** The declaration must be in these first lines of a script. */
const MAX_HEAD_LINES = 40;

/** A tool that a script declares, and its Debian package. */
export interface Need {
  readonly tool: string;
  readonly pkg: string;
}

/** Whether a shebang names a POSIX shell. */
export function isShell(shebang: string): boolean {
  return /(^|[/\s])(sh|dash|bash|ksh\d*|zsh)(\s|$)/.test(shebang);
}

/**
 * The tools that a script declares by the line `needs TOOL:DEBIAN_PACKAGE...` near its top. The script itself exits
 * when one is missing. Empty without a declaration.
 */
export function declaredNeeds(path: string): Need[] {
  const head = readHead(path);
  const shebang = shebangOf(head);
  if (shebang === undefined || !isShell(shebang)) return [];
  const needs = new Map<string, string>();
  for (const line of head.toString('utf8').split('\n', MAX_HEAD_LINES)) {
    const tokens = /^needs((?:[ \t]+[\w.+:/-]+)+)[ \t\r]*$/.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
    for (const token of tokens) {
      const [tool = '', pkg = tool] = token.split(':');
      needs.set(tool, pkg);
    }
  }
  return [...needs].map(([tool, pkg]) => ({ tool, pkg }));
}
