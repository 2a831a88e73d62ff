import { REMOVED, SECRET_NAME } from '../../src-shared/secrets';
import { withoutOperandSecrets } from './operand-secrets';
import { withoutPipedSecrets } from './piped-secrets';

/** A value in quotes, or up to the next blank or end of a command. */
const VALUE = `"(?:[^"\\\\\\r\\n]|\\\\.){0,400}"|'[^'\\r\\n]{0,400}'|\\$'[^'\\r\\n]{0,400}'|[^\\s;&|<>"']+`;

/** Programs whose passwords follow a short option, which alone does not show that. `joined` options have the password attached. */
const OPTIONS: readonly (readonly [programs: string, options: string, isJoined?: boolean])[] = [
  ['(?:mysql|mariadb)[\\w-]*', '-p', true],
  ['(?:7z|7za|7zr|rar|unrar)', '-p', true],
  ['(?:zip|unzip|sqlcmd|bcp|ipmitool)', '-P'],
  ['(?:mongo\\w*|influx|mosquitto_\\w+|nats|vault)', '-[pP]'],
  ['ldap\\w+', '-w'],
  ['(?:ldap|slap)passwd', '-[sa]'],
  ['(?:ncftp\\w*|cqlsh|rdesktop|doveadm)', '-p'],
  ['ipa-[\\w-]+', '-[pwa]'],
  ['tpm2\\w*', '-[pP]'],
  ['hdparm', '--security-(?:unlock|disable|erase(?:-enhanced)?)'],
  ['(?:plink|pscp|psftp)', '-pw'],
  ['kadmin[\\w.]*', '-(?:w|pw)'],
  ['(?:SUSEConnect|transactional-update)', '-r'],
  ['swaks', '-ap'],
  ['(?:x|wl|sdl-?)?freerdp\\d?', '/p:', true],
  ['redis-cli', '-a'],
  ['openssl', '-(?:k|K|pass|passin|passout)'],
  ['snmp\\w+', '-[AX]'],
  ['kinit', '-p'],
  ['(?:gpg2?|borg|restic|xorriso|VBoxManage)', '--?(?:passphrase|password)'],
];

/** The pattern of the whole command, and that of the passwords in it. */
const COMMANDS = OPTIONS.map(([programs, options, isJoined = false]): readonly [RegExp, RegExp] => [
  new RegExp(`^.*(?<![\\w.-])${programs}(?![\\w.-]).*$`, 'gm'),
  new RegExp(`(\\s${options}${isJoined ? '' : '(?:\\s+|=)'})(?!-)(?:${VALUE})`, 'g'),
]);

type Form = readonly [form: RegExp, left: string];

/** Secrets that only their place shows. */
const FORMS: readonly Form[] = [
  // `kinit user <<< secret`: what a command reads from a here-string.
  [new RegExp(`(<<<\\s*)(?:${VALUE})`, 'g'), `$1${REMOVED}`],
  [new RegExp(`\\b(wpa_passphrase\\s+(?:${VALUE})\\s+)(?:${VALUE})`, 'g'), `$1${REMOVED}`],
  // `--passphrase-file <(echo secret)`, `passwd < <(echo secret)`
  [
    new RegExp(
      `((?:(?<![^\\s"'])(?=-)${SECRET_NAME}[=\\s]\\s{0,9}|--?key-?file[=\\s]|\\bsshpass\\s+-f\\s*|<\\s*)<\\(\\s{0,9}(?:echo|printf|yes)\\s)[^)\\r\\n]*`,
      'gi',
    ),
    `$1${REMOVED}`,
  ],
  // FTP clients: `open -u user,secret`, `-e "user name secret"`, and the protocol in their debug output.
  [/((?<![\w.-])(?:open|lftp)\s+-u\s*["']?[^\s,"']{1,100},)[^\s"';]+/g, `$1${REMOVED}`],
  [/(ftp[^\r\n]{0,200}?["';]\s{0,9}(?:user|login)\s+[^\s"';]{1,100}\s+)[^\s"';]+/g, `$1${REMOVED}`],
  [/(>\s{0,9}(?:PASS|AUTH [A-Z0-9-]+|A?\d+ LOGIN \S{1,100})\s+)\S+/g, `$1${REMOVED}`],
  // A script of `expect` that types it.
  [/(\bsend\s+(?:--\s+)?\\?")[^"\r\n]+(?=\\+[rn]\\?")/g, `$1${REMOVED}`],
  // Samba: `-U user%secret`, `smb://user%secret@host`
  [/(\s(?:-U|--user)[\s=]*["']?[^\s%"']{1,100}%)[^\s"']+/g, `$1${REMOVED}`],
  [/(\b(?:smb|cifs):\/\/[^\s/%@"']{1,100}%)[^\s@"']+/g, `$1${REMOVED}`],
  // SQL
  [
    new RegExp(
      `\\b(IDENTIFIED\\s+(?:WITH\\s+\\S+\\s+)?(?:BY|AS|USING)\\s+(?:PASSWORD\\s+)?)(?:\\\\?["'][^"'\\r\\n]*["']?|\\S+)`,
      'gi',
    ),
    `$1${REMOVED}`,
  ],
  [/(?<![\w.'"-])(PASSWORD(?:[ \t]+|[ \t]*\([ \t]*))(?:\\?'[^'\r\n]*'|\\?"[^"\r\n]*")/gi, `$1${REMOVED}`],
  // Addresses of chats that let anyone write who knows them.
  [/(\bhooks\.slack\.com\/\w+\/)[^\s"'<>]+/gi, `$1${REMOVED}`],
  [/(\/(?:api\/)?web-?hooks?\/)[\w/.@-]{8,}/gi, `$1${REMOVED}`],
  [/(\bwebhook\.office\.com\/)[^\s"'<>]+/gi, `$1${REMOVED}`],
  [/(\/hooks\/)[\w/-]{12,}/gi, `$1${REMOVED}`],
  [/(\/bot\d{5,}:)[\w-]{20,}/g, `$1${REMOVED}`],
  // The QR code of a wireless network: `WIFI:T:WPA;S:name;P:secret;;`
  [/(\bWIFI:[^\r\n"']{0,200}?P:)(?:\\.|[^;\r\n"'\\])+/gi, `$1${REMOVED}`],
  [/(?<![\w.-])((?:pin|puk)(?:[_-]?code)?["']?\s*[=:]\s*["']?)\d{3,}/gi, `$1${REMOVED}`],
];

/** Text without secrets in commands, statements and addresses whose form is known. Takes time in proportion to the text. */
export function withoutCommandSecrets(text: string): string {
  const known = withoutOperandSecrets(withoutPipedSecrets(text));
  const left = FORMS.reduce((rest, [form, replacement]) => rest.replace(form, replacement), known);
  return COMMANDS.reduce(
    (rest, [command, secret]) => rest.replace(command, (line) => line.replace(secret, `$1${REMOVED}`)),
    left,
  );
}
