import { withoutPatterns } from './patterns';
import { isSecretName, REMOVED } from './secret-words';

/** Shorter ones are taken out as whole words only. */
const ANYWHERE = 4;
/** Longer than any private key, in lines. */
const KEY_LINES = 300;
const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY|\bPrivate-Lines: \d/;
const KEY_ENDS = /-----END [A-Z0-9 ]*PRIVATE KEY|\bPrivate-MAC: /;

/** Takes secrets out of text: the ones that are known, and what looks like one. */
export class Redactor {
  readonly #known: RegExp | undefined;

  /** @param secrets values that are taken out wherever they are; those of one character cannot be told from other text */
  constructor(secrets: Iterable<string>) {
    const forms = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length);
    this.#known = forms.length === 0 ? undefined : new RegExp(forms.map(patternOf).join('|'), 'g');
  }

  /** A piece of text, of one line or of many. */
  text(text: string): string {
    return withoutPatterns(this.#known ? text.replace(this.#known, REMOVED) : text);
  }

  /**
   * Lines that follow each other: a private key that goes over many of them is found as well.
   *
   * @param isCut the beginning is missing: a key may have begun there
   */
  lines(lines: readonly string[], isCut = false): string[] {
    const inKey = keyLines(lines, isCut);
    return lines.map((line, at) => (inKey[at] ? REMOVED : this.text(line)));
  }

  /** A value of a JSON document, with everything in it. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value))
      return value.map((item: unknown, at) =>
        isSecretOption(value[at - 1]) && typeof item === 'string' ? REMOVED : this.value(item),
      );
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        this.text(key),
        isSecretName(key) && (typeof item === 'string' || typeof item === 'number') ? REMOVED : this.value(item),
      ]),
    );
  }
}

/** Which lines are of a private key. */
function keyLines(lines: readonly string[], isCut: boolean): boolean[] {
  const found = lines.map(() => false);
  const mark = (from: number, to: number): void => void found.fill(true, from, to);
  if (isCut) {
    const end = lines.slice(0, KEY_LINES).findIndex((line) => KEY_ENDS.test(line));
    const begin = lines.findIndex((line) => KEY_BEGINS.test(line));
    if (end >= 0 && (begin < 0 || begin > end)) mark(0, end + 1);
  }
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    // One that is on a single line is found in its text.
    if (found[at] || !KEY_BEGINS.test(line) || KEY_ENDS.test(line)) continue;
    const length = lines.slice(at, at + KEY_LINES).findIndex((one) => KEY_ENDS.test(one));
    const to = length < 0 ? Math.min(lines.length, at + KEY_LINES) : at + length + 1;
    mark(at, to);
    at = to - 1;
  }
  return found;
}

/** `--password` as a word of a command: the next word is the secret. */
function isSecretOption(word: unknown): boolean {
  return typeof word === 'string' && /^--?[^=\s]+$/.test(word) && isSecretName(word.replace(/^--?/, ''));
}

/** A secret as it may stand in a log: as it is, in JSON, XML, a URL or a shell's quotes, as base64, and line by line. */
function formsOf(secret: string): string[] {
  const value = secret.trim();
  const lines = value.includes('\n') ? value.split('\n').map((line) => line.trim()) : [];
  const xml = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    xml,
    xml.replaceAll('"', '&quot;'),
    encodeURIComponent(value),
    value.replaceAll("'", "'\\''"),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    ...lines.filter((line) => line.length >= ANYWHERE),
  ];
  return forms.filter((form) => form.length > 1 && /[\p{L}\p{N}]/u.test(form));
}

function patternOf(form: string): string {
  const literal = form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return form.length >= ANYWHERE ? literal : `(?<![\\w])${literal}(?![\\w])`;
}
