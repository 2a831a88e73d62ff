import { REMOVED } from '../../src-shared/secrets';
import { commandWords, programOf, unquoted } from './shell-words';

/** Programs that read a password from their input. */
const READER =
  /^(?:[\w-]*passwd2?|[\w-]*mkpasswd[\w-]*|cryptsetup[\w-]*|kinit|kadmin(?:\.local)?|su|pass|gopass|keepassxc-cli|pdbedit|keyctl|secret-tool|systemd-creds|clevis|geli|bioctl|veracrypt|encfs|gocryptfs|cryfs|ecryptfs-[\w-]+|ansible-vault|mysql_config_editor|wpa_passphrase|wg)$/;
/** Calls of `passwd` that read nothing. */
const READS_NOTHING = /^(?:-[ldeuS]|--(?:lock|unlock|delete|status|expire))$/;
/** Options and subcommands of any program that name its input. */
const READER_OPTION =
  /^--?(?:[\w-]+-)?(?:password|passphrase|passwd|pass|token|secret|key)-(?:stdin|fd|from-stdin)(?:=|$)|^--?stdin$|^--(?:with-token|keyformat)(?:=|$)|^(?:stdin|fd:\d)$|^keyformat=passphrase$/;
const READER_SUBCOMMAND = /^(?:login|join|secret|load-key|change-key|set-password)$/;
/** Programs that run the command after them. */
const WRAPPER =
  /^(?:sudo|doas|pfexec|su|runuser|chroot|arch-chroot|in-target|env|ssh|sshpass|docker|podman|nerdctl|buildah|kubectl|oc|lxc|lxc-attach|machinectl|systemd-nspawn|systemd-run|zlogin|nsenter|unshare|ip|timeout|nice|ionice|stdbuf|setsid|time|exec|command|fakeroot|proot|busybox|toybox|(?:ba|da|k|z)?sh)$/;
/** Programs that pass text on, whatever the names of their arguments. */
const FILTER = /^(?:e?grep|sed|awk|tee|cat|less|more|head|tail|sort|uniq|wc|cut|tr|xargs|jq|diff|logger|mail)$/;

/** Programs that print their arguments. */
const PRINTS = `(?:echo|printf|print|yes|perl|python[\\d.]*|ruby|awk|gawk|php)`;
const PRINTER = new RegExp(`(?<![\\w.-])${PRINTS}[ \\t]+`);
const TRACED_OUTPUT = new RegExp(`^(\\++ (?:\\S*/)?${PRINTS} ).+`);
/** A pipe, not the operator `||`. */
const PIPE = /(?<!\|)\|(?!\|)&?[ \t]*[({]?/g;
const TRACE = /^\++ /;

/** Whether a command, as its words, reads a password from its input. */
export function readsPassword(words: readonly string[]): boolean {
  const begin = words.findIndex((word) => !/^(?:\w+=.*|[{!])$/.test(word));
  const [first = '', ...rest] = begin < 0 ? [] : words.slice(begin);
  const program = programOf(first);
  if (FILTER.test(program)) return false;
  if (READER.test(program)) return program !== 'passwd' || !rest.some((word) => READS_NOTHING.test(word));
  if (rest.some((word) => READER_OPTION.test(unquoted(word)) || READER_SUBCOMMAND.test(unquoted(word)))) return true;
  if (!WRAPPER.test(program)) return false;
  if (program === 'sudo' && rest.some((word) => /^-[A-Za-z]*S/.test(word))) return true;
  const inner = rest.join(' ').split(/[\s"'`;&|()]+/);
  const isProgram = (word: string): boolean => !word.includes('/') || /\/s?bin\/[^/]+$/.test(word);
  const at = inner.findIndex((word) => isProgram(word) && READER.test(programOf(word)));
  return at >= 0 && !inner.slice(0, at).some((word) => FILTER.test(word)) && readsPassword(inner.slice(at));
}

/** Text without what is piped into a command that reads a password, line by line. */
export function withoutPipedSecrets(text: string): string {
  return text.includes('|') ? text.replace(/[^\r\n]*\|[^\r\n]*/g, withoutPiped) : text;
}

/** Everything between the first program that prints and the pipe is removed: a password may contain any sign of the shell. */
function withoutPiped(line: string): string {
  let left = '';
  let done = 0;
  PIPE.lastIndex = 0;
  for (let match = PIPE.exec(line); match; match = PIPE.exec(line)) {
    const pipe = match.index;
    if (!readsPassword(commandWords(line, PIPE.lastIndex).map(({ text }) => text))) continue;
    const before = line.slice(done, pipe);
    const printer = PRINTER.exec(before);
    left += printer ? `${before.slice(0, printer.index)}${printer[0]}${REMOVED} ` : before;
    done = pipe;
  }
  return left + line.slice(done);
}

/** A here-document has more lines than this only when it is no password. */
const MAX_DOCUMENT_LINES = 50;

/** Which lines are the input of a command that reads a password, as a here-document. */
export function documentLines(lines: readonly string[]): readonly boolean[] {
  const found = lines.map(() => false);
  for (const [at, line] of lines.entries()) {
    const [, end = ''] = /<<-?[ \t]*\\?["']?(\w+)/.exec(line) ?? [];
    if (!end || !readsInput(line)) continue;
    const length = lines.slice(at + 1, at + 1 + MAX_DOCUMENT_LINES).findIndex((one) => one.trim() === end);
    if (length > 0) found.fill(true, at + 1, at + 1 + length);
  }
  return found;
}

/** Whether one of the commands on a line reads a password. */
const readsInput = (line: string): boolean =>
  line
    .slice(0, 400)
    .split(/[|;&]+/)
    .some((command) => readsPassword(commandWords(command.replace(TRACE, ''), 0).map(({ text }) => text)));

/** The lines of a shell's trace without what is printed into a pipe: `set -x` prints the commands of a pipe on separate lines, in any order. */
export function withoutTracedSecrets(lines: readonly string[], alsoReads: RegExp): readonly string[] {
  const reads = lines.map((line) => TRACE.test(line) && (alsoReads.test(line) || readsInput(line)));
  return lines.map((line, at) =>
    TRACED_OUTPUT.test(line) && reads.slice(Math.max(0, at - 2), at + 3).includes(true)
      ? line.replace(TRACED_OUTPUT, `$1${REMOVED}`)
      : line,
  );
}
