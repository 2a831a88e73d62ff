import { REMOVED, SECRET_NAME } from '../../src-shared/secrets';
import { withoutCommandSecrets } from './command-secrets';
import { withoutTokens } from './tokens';

const NAME = `(?<![\\w.-])${SECRET_NAME}`;
const OPTION = `(?<![^\\s"'])(?=-)${SECRET_NAME}`;
const DOUBLE = `"(?:[^"\\\\]|\\\\.)*"`;
/**
 * A value in quotes of JSON within JSON at any depth; in quotes, with text that a shell joins to them; in quotes that
 * do not end; otherwise up to the next blank. In URLs and shells it ends at `&` or `;`.
 */
const VALUE = [
  `(?<deep>\\\\{1,7})"(?:(?!(?<!\\\\)\\k<deep>").)*(?:\\k<deep>")?`,
  `(?:\\$'(?:[^'\\\\]|\\\\.)*'|[bu]?(?:${DOUBLE}|'[^']*'))(?:\\\\.|${DOUBLE}|'[^']*'|[\\w$])*`,
  `["'].*`,
  `(?:\\\\ |[^\\s&;<>"'])(?:\\\\ |[^\\s&;<>])*`,
].join('|');
/** The sign between a name and its value, in files, shells, `make` and other languages. */
const SIGN = `(?:[:+?=]?=>?|:|%3d|\\\\u003d)`;
/** `libsecret-1-0:amd64` is a package. */
const ARCHITECTURE = `:(?:all|any|native|amd64|arm64|armel|armhf|i386|ppc64el|riscv64|s390x)\\b`;
const HEADER = `(?:(?:proxy-)?authorization|(?:set-)?cookie)(?!${ARCHITECTURE})`;
/** A value that is already removed. */
const ALREADY_REMOVED = `\\[removed\\](?![^\\s"'])`;
/** Commands that read a password from a pipe. */
export const READERS = `(?<![\\w.-])(?:chpasswd|mkpasswd|cryptsetup|passwd\\s+--stdin|sudo\\s+-S|load-key|--password-stdin|--passphrase-fd|kinit)(?![\\w.-])`;

type Replacer = (match: string, ...groups: string[]) => string;

/** Removes the value of a name and keeps its quotes. */
const redactValue: Replacer = (_match, name = '', value = '') => {
  const [quote = ''] = /^\\*["']/.exec(value) ?? [];
  return `${name}${quote}${REMOVED}${quote}`;
};

const NAMED_USER = new RegExp(`(?<![\\w.-])([a-z_][\\w.-]*(?!${ARCHITECTURE}):)(?!//)[^\\s"'|[][^\\s"'|]*`, 'g');

/** Removes the line of a command that passes a password to another. */
const redactLine: Replacer = (line) =>
  line
    .replace(/\b((?:echo|printf)\s)[^|]+/g, `$1${REMOVED} `)
    .replace(/(["'])([a-z_][\w.-]*:)(?:(?!\1).)+/g, `$1$2${REMOVED}`)
    .replace(NAMED_USER, `$1${REMOVED}`);

/**
 * Patterns of secrets and their replacements, applied in this order. A suspicious name is enough: losing a harmless
 * value is better than sending a secret one.
 */
const PATTERNS: readonly (readonly [form: RegExp, left: string | Replacer])[] = [
  [/-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY[^]*?(?:-{4,5} ?END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-{4,5}|$)/g, REMOVED],
  // The same in base64.
  [/\bLS0tLS1CRUdJTi[\w+/=-]+/g, REMOVED],
  [/\bAGE-SECRET-KEY-1[A-Z0-9]+/gi, REMOVED],
  // HTTP headers: in an object, in quotes, or to the end of the line.
  [new RegExp(`\\b(${HEADER}\\\\{0,7}["']\\s*${SIGN}\\s*)(${VALUE})`, 'gi'), redactValue],
  [new RegExp(`(["'])(${HEADER}\\s*[:=]\\s*)(?:(?!\\1)[^\\r\\n])+`, 'gi'), `$1$2${REMOVED}`],
  [new RegExp(`\\b(${HEADER}\\s*[:=]\\s*)(?!${ALREADY_REMOVED})[^\\r\\n]+`, 'gi'), `$1${REMOVED}`],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${REMOVED}`],
  [/\b(basic\s+)(?=\S*[\d=])[\w+/-]{8,}={0,2}/gi, `$1${REMOVED}`],
  // User information in URLs. A token may be its only part.
  [/(:\/\/[^\s/:@"'<>]*):[^\s/"'<>]*@/g, `$1:${REMOVED}@`],
  [/\b((?:https?|ftps?):\/\/)[^\s/:@"'<>]+@/gi, `$1${REMOVED}@`],
  // Signed URLs.
  [/([?&](?:key|sig)=)[^\s&;"'<>]+/gi, `$1${REMOVED}`],
  // `<password>secret</password>`, also with the marks of a diff.
  [
    new RegExp(`(<(?:[\\w.-]+:)?${SECRET_NAME}(?:\\s[^<>]*)?(?<!/)>(?:<!\\[CDATA\\[)?)[^<]+(?=</)`, 'gi'),
    `$1${REMOVED}`,
  ],
  // `'--password=two words'`: how `set -x` prints an argument.
  [new RegExp(`(["'])(${SECRET_NAME}=)(?:(?!\\1)[^\\r\\n])+`, 'gi'), `$1$2${REMOVED}`],
  // `password: two words`
  [new RegExp(`(${NAME}["'\`]?\\s*:[ \\t]+)(?!["'\\\\{[])[^\\r\\n]+`, 'gi'), `$1${REMOVED}`],
  // `KEY=secret`, `"key": "secret"`, `key='two words'`
  [
    new RegExp(`(${NAME}(?!${ARCHITECTURE})(?:\\\\{0,7}["'])?\\s*${SIGN}\\s*)(?!${ALREADY_REMOVED})(${VALUE})`, 'gi'),
    redactValue,
  ],
  [/\b([Pp]wd\s*=\s*)[^\s&;]+/g, `$1${REMOVED}`],
  // `--password secret`
  [new RegExp(`(${OPTION}\\\\{0,7}["']?[\\s,]+)(${VALUE})`, 'gi'), redactValue],
  [new RegExp(`\\b(sshpass\\s+-p\\s*)(${VALUE})`, 'g'), redactValue],
  [
    /^.*\b(?:ssh-keygen|user(?:add|mod)|(?:docker|podman|buildah|skopeo|nerdctl|crane|oras|helm|oc|az|cf)\s+(?:registry\s+)?login)\b.*$/gm,
    (line) => line.replace(new RegExp(`(\\s-[NPp]\\s*)(?!-)(${VALUE})`, 'g'), redactValue),
  ],
  [/(\s(?:-\w{0,9}[uU]|--user|--proxy-user)[\s=]*["'][^\s:"']+:)[^"']+/g, `$1${REMOVED}`],
  [/(\s(?:-\w{0,9}[uU]|--user|--proxy-user)[\s=]*[^\s:"'=]+:)[^\s"']+/g, `$1${REMOVED}`],
  // ~/.netrc, boot menus, kickstart and preseed files
  [/\b((?:login|machine)\s+\S+\s+password\s+)\S+/gi, `$1${REMOVED}`],
  [
    /^((?:[-+> \t]{0,80}|<[ \t]+|\S{0,200}:\d{1,9}[:-][ \t]*)(?:password|rootpw)[ \t]+)\S+(?:[ \t]+\S+)?[ \t]*(?:#.*)?$/gm,
    `$1${REMOVED}`,
  ],
  // The same in a command that writes them, and after another command.
  [
    /([;{}"'][ \t]{0,80}(?:password(?![ \t]+(?:is|was|for|of|has|must|can|cannot|to|or|and|will|not|may)\b)[ \t]+[^\s"';{}]+)[ \t]+)[^\s"';{}\\]+(?=[ \t]{0,80}(?:[;}"'\\]|$))/gm,
    `$1${REMOVED}`,
  ],
  [/(?<![\w.-])(rootpw(?:[ \t]+--\w+)*[ \t]+)(?![[-])[^\s"']+/g, `$1${REMOVED}`],
  [/(?<![\w.-])(sshpw(?:[ \t]+--\w+(?:=\S+)?)*[ \t]+)(?![[-])[^\s"']+/g, `$1${REMOVED}`],
  [
    /(?<!\S)([\w-]{1,60}\/\S{0,100}(?:passw|passphrase|wpa|wep|psk|secret|token)\S{0,100}\s+(?:password|string)\s+)\S.*$/gm,
    `$1${REMOVED}`,
  ],
  [/\b(passwd\/\S+\s+password\s+)\S.*$/gm, `$1${REMOVED}`],
  // Passwords that a command gets from a pipe or as an argument.
  [new RegExp(`^.*(?:${READERS}).*$`, 'gm'), redactLine],
  [/\b((?:mkpasswd|openssl\s+passwd)\s)[^\r\n|]+/g, `$1${REMOVED}`],
  // Hashes as in /etc/shadow.
  [/\\?\$(?:1|2[abxy]|3|5|6|7|y|gy|md5[^$\s]*|sha1|apr1|argon2\w+|scrypt)\\?\$[./\w$=,\\+-]+/g, REMOVED],
  [/\bgrub\.pbkdf2\.[\w.]+/g, REMOVED],
  [/(?<![\w.-])([a-z_][\w.-]*:)[^\s:]{2,}(?=:\d{4,6}:\d*:\d*:)/g, `$1${REMOVED}`],
];

/** The shortest text with a name and a secret, as in `pw=x`. Logs have many empty lines. */
const MIN_TEXT_LENGTH = 4;

/** Text without secrets that have a known form or a telltale name. */
export function withoutPatterns(text: string): string {
  if (text.length < MIN_TEXT_LENGTH) return text;
  return PATTERNS.reduce(
    (rest, [form, left]) => (typeof left === 'string' ? rest.replace(form, left) : rest.replace(form, left)),
    withoutTokens(withoutCommandSecrets(text)),
  );
}
