import { isSecretName, REMOVED } from '../../src-shared/secrets';
import { commandWords, programOf, unquoted } from './shell-words';

/** Finds the secret among the words after a program. Returns its index, and the part of the word that stays. */
type Finder = (words: readonly string[]) => readonly (readonly [at: number, kept?: string])[];

const isOption = (word: string): boolean => word.startsWith('-');

/** The last word, when an option before it marks it as a password. */
const lastAfter =
  (option: RegExp): Finder =>
  (words) =>
    words.length > 1 && words.some((word) => option.test(word)) ? [[words.length - 1]] : [];

/** The operands after a subcommand: all of them, or those behind the first `skipped`. */
const after =
  (subcommand: RegExp, skipped = 0): Finder =>
  (words) => {
    const begin = words.findIndex((word) => subcommand.test(unquoted(word)));
    if (begin < 0) return [];
    return words
      .flatMap((word, at) => (at > begin && !isOption(word) ? [at] : []))
      .slice(skipped)
      .map((at) => [at]);
  };

/** Names of settings that only describe a secret. */
const DESCRIBES = /(?:flags|helper|manager|file|path|type|policy|id)$/i;
const SHORT_NAMES = /^(?:.*\.)?(?:key\d?|keys|pin|enc)$/;

/** The word after the name of a secret: `wifi-sec.psk VALUE`. */
const namedBefore: Finder = (words) =>
  words.flatMap((_, at): [number][] => {
    const name = unquoted(words[at - 1] ?? '');
    const isName = SHORT_NAMES.test(name) || isSecretName(name);
    return isName && !isOption(name) && !DESCRIBES.test(name) ? [[at]] : [];
  });

/** The same for programs that can do more than keep settings. */
const namedInSettings: Finder = (words) =>
  words.some((word) => /^(?:config|configure|set|--set)$/.test(word)) ? namedBefore(words) : [];

/** The word after `-v`, where another word is the name of a secret: `-n node.session.auth.password -v VALUE`. */
const valueOfName: Finder = (words) =>
  words.some((word) => isSecretName(word)) ? words.flatMap((_, at) => (words[at - 1] === '-v' ? [[at]] : [])) : [];

/** The part of a word behind `user,` or `user/`, after an option or anywhere. */
const behindUser =
  (user: RegExp): Finder =>
  (words) =>
    words.flatMap((word, at): [number, string][] => {
      const [kept] = user.exec(word) ?? [];
      return kept !== undefined && kept.length < word.length ? [[at, kept]] : [];
    });

/** Programs with a secret among their operands, which only its place shows. */
const PROGRAMS: readonly (readonly [programs: string, find: Finder])[] = [
  ['(?:ht|mosquitto_)passwd', lastAfter(/^-\w*b/)],
  ['(?:pro|ua|ubuntu-advantage)', after(/^attach$/)],
  ['(?:vault|wandb|cargo)', after(/^(?:login|unseal)$/)],
  ['bw', (words) => [...after(/^unlock$/)(words), ...after(/^login$/, 1)(words)]],
  ['cscli', after(/^enroll$/)],
  ['(?:ejabberdctl|prosodyctl)', after(/^(?:register|change_password)$/, 2)],
  ['rclone', (words) => [...after(/^(?:obscure|reveal)$/)(words), ...namedBefore(words)]],
  ['cloudflared', after(/^install$/)],
  ['samba-tool', after(/^(?:create|add)$/, 1)],
  ['net', after(/^user$/, 1)],
  ['rabbitmqctl', after(/^(?:add_user|change_password)$/, 1)],
  ['mysqladmin', after(/^password$/)],
  ['ipmitool', after(/^password$/, 1)],
  ['x11vnc', after(/^-storepasswd$/)],
  ['iscsiadm', valueOfName],
  ['(?:nmcli|wpa_cli|iwconfig|iw|connmanctl|ngrok)', namedBefore],
  ['(?:git|npm|yarn|pnpm|pip|aws|gcloud|crudini|dscl)', namedInSettings],
  ['lftp', behindUser(/^(?:-u)?["']?[\w.@\\-]{1,100},/)],
  ['(?:sqlplus|expdp|impdp)', behindUser(/^["']?[\w.-]{1,100}\/(?!\/)/)],
];

const FORMS = PROGRAMS.map(([programs, find]): readonly [RegExp, Finder] => [
  new RegExp(`(?<![\\w.-])${programs}(?![\\w./=-])`, 'g'),
  find,
]);
const NAMES = PROGRAMS.map(([programs, find]): readonly [RegExp, Finder] => [new RegExp(`^${programs}$`), find]);

/** Text without passwords that are operands of a known program. */
export function withoutOperandSecrets(text: string): string {
  return FORMS.reduce((rest, [program, find]) => withoutOperands(rest, program, find), text);
}

function withoutOperands(text: string, program: RegExp, find: Finder): string {
  let left = '';
  let done = 0;
  program.lastIndex = 0;
  for (let match = program.exec(text); match; match = program.exec(text)) {
    const words = commandWords(text, match.index + match[0].length);
    for (const [at, kept = ''] of find(words.map((word) => word.text))) {
      const { start, end } = words[at] ?? { start: done, end: done };
      left += text.slice(done, start) + kept + REMOVED;
      done = end;
    }
    program.lastIndex = Math.max(program.lastIndex, words.at(-1)?.end ?? 0);
  }
  return left + text.slice(done);
}

/** The same for a command as a list of arguments. */
export function withoutSecretOperands(argv: readonly string[]): readonly string[] {
  const left = [...argv];
  for (const [at, word] of argv.entries()) {
    const found = NAMES.find(([program]) => program.test(programOf(word)));
    for (const [index, kept = ''] of found?.[1](argv.slice(at + 1)) ?? []) left[at + 1 + index] = kept + REMOVED;
  }
  return left;
}
