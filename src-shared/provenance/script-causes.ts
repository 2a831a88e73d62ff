import type { Cause } from './causes';

/** A line of a script that is known to make a difference. */
export interface SuspectLine {
  readonly cause: Cause;
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
}

/** What in a line of a script shows each cause, the surest first. */
const SIGNS: readonly (readonly [Cause, RegExp])[] = [
  [
    'random',
    /\/dev\/u?random|\$\{?RANDOM\b|\bmktemp\b|\buuidgen\b|\/random\/uuid|openssl +(rand|genrsa|genpkey|passwd)|\bshuf\b|ssh-keygen|\bmkpasswd\b|sort +-R/,
  ],
  ['process', /\$\$|\$\{?(PPID|BASHPID)\b|\/proc\/self\b/],
  ['processors', /\bnproc\b|_NPROCESSORS|\/proc\/cpuinfo/],
  ['host-name', /\bhostname\b|uname +-[a-z]*n|\$\{?HOSTNAME\b|\/etc\/hostname/],
  ['time', /\bdate\b|\bgzip\b(?!.*-[a-z0-9]*n)|EPOCHSECONDS|\/proc\/uptime|stat +-c *.?%[WXYZ]|\btar\b(?!.*--mtime)/],
  ['order', /\bls +-[a-zA-Z]*U|\bfind\b(?!.*\|.*sort)/],
  ['locale', /\bsort\b|\blocale\b|\bprintf\b|\bLANG\b|\bLC_[A-Z]+/],
  ['cache', /\bldconfig\b|fc-cache|\bmandb\b|update-mime-database|gtk-update-icon-cache|compileall/],
];

/**
 * The line of a script that most likely makes a difference: one that mentions the file goes before others.
 *
 * @param name the name of the differing file, without folders
 * @param cause only lines with signs of this cause; `undefined`: of any
 */
export function suspectLine(script: string, name: string, cause?: Cause): SuspectLine | undefined {
  const found = script.split('\n').flatMap((text, at): SuspectLine[] => {
    if (/^\s*#/.test(text)) return [];
    const sign = SIGNS.find(([one, pattern]) => (cause === undefined || one === cause) && pattern.test(text));
    return sign ? [{ cause: sign[0], number: at + 1, text: text.trim() }] : [];
  });
  const mentions = found.find(({ text }) => text.includes(name));
  if (mentions) return mentions;
  return cause === undefined || found.length === 1 ? found[0] : undefined;
}
