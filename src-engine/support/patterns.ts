import { REMOVED, SECRET_NAME } from './secret-words';

const NAME = `(?<![\\w.-])${SECRET_NAME}`;
const OPTION = `(?<![^\\s"'])(?=-)${SECRET_NAME}`;
/**
 * A value in quotes, in quotes of JSON within JSON, or in quotes that do not end; else up to the next blank. In URLs and shells `&` and
 * `;` end it.
 */
const VALUE = `\\\\"(?:(?!\\\\").)*\\\\"|"(?:[^"\\\\]|\\\\.)*"|'[^']*'|["'].*|[^\\s&;<>"'][^\\s&;<>]*`;

type Replacer = (match: string, ...groups: string[]) => string;

/** The value of a name, in the quotes that it had. */
const unnamed: Replacer = (_match, name = '', value = '') => {
  const [quote = ''] = /^\\?["']/.exec(value) ?? [];
  return `${name}${quote}${REMOVED}${quote}`;
};

/**
 * Forms that secrets have in text, and what is left of them; in the order in which they are looked for. A name that says so is enough:
 * it is better to lose a harmless word than to send a secret one.
 */
const PATTERNS: readonly (readonly [form: RegExp, left: string | Replacer])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY[^]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----|$)/g, REMOVED],
  [/\bAGE-SECRET-KEY-1[A-Z0-9]+/gi, REMOVED],
  // Headers of HTTP, to the end of the line or of the quotes that they are in.
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[:=]\s*["']?)[^"'\r\n]+/gi, `$1$2${REMOVED}`],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${REMOVED}`],
  // User information of URLs. A token may stand there alone.
  [/(:\/\/[^\s/:@"'<>]*):[^\s/"'<>]*@/g, `$1:${REMOVED}@`],
  [/\b(https?:\/\/)[^\s/:@"'<>]+@/gi, `$1${REMOVED}@`],
  // `password: two words`
  [new RegExp(`(${NAME}["']?\\s*:[ \\t]+)(?!["'\\\\{[])[^\\r\\n]+`, 'gi'), `$1${REMOVED}`],
  // `KEY=secret`, `"key": "secret"`, `key='two words'`
  [new RegExp(`(${NAME}(?:\\\\?["'])?\\s*[:=]\\s*)(${VALUE})`, 'gi'), unnamed],
  [/\b([Pp]wd\s*=\s*)[^\s&;]+/g, `$1${REMOVED}`],
  // `--password secret`
  [new RegExp(`(${OPTION}["']?[\\s,]+)(${VALUE})`, 'gi'), unnamed],
  [/\b(sshpass\s+-p\s*)\S+/g, `$1${REMOVED}`],
  [/(\s(?:-u|--user|--proxy-user)[\s=]+["']?[^\s:"']+:)[^\s"']+/g, `$1${REMOVED}`],
  // ~/.netrc, and lines for chpasswd
  [/\b(login\s+\S+\s+password\s+)\S+/gi, `$1${REMOVED}`],
  [/^.*\bchpasswd\b.*$/gm, (line) => line.replace(/\b([a-z_][\w-]*:)[^\s"'|:]+/g, `$1${REMOVED}`)],
  // Tokens that tell by their form what they are, and hashes as in /etc/shadow.
  [/\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,})/g, REMOVED],
  [/\b(?:npm_\w{30,}|A[KS]IA[0-9A-Z]{16}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g, REMOVED],
  [/\$(?:1|2[abxy]|5|6|7|y|gy|md5|sha1)\$[./\w$=,]+/g, REMOVED],
];

/** Text without what can be told to be a secret by its form or by its name. */
export function withoutPatterns(text: string): string {
  return PATTERNS.reduce(
    (rest, [form, left]) => (typeof left === 'string' ? rest.replace(form, left) : rest.replace(form, left)),
    text,
  );
}
