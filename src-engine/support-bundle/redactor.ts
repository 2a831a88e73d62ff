import { withoutSecretOperands } from './operand-secrets';
import { READERS, withoutPatterns } from './patterns';
import { documentLines, withoutTracedSecrets } from './piped-secrets';
import { isSecretName, REMOVED, secretInArgument } from '../../src-shared/secrets';

/** Shorter secrets are removed only as whole words. */
const MIN_ANYWHERE_LENGTH = 4;
/** More than the lines of any private key. */
const MAX_KEY_LINES = 300;
const KEY_BEGINS = /---- ?BEGIN [A-Z0-9 ]*PRIVATE KEY|\bPrivate-Lines: \d/;
const KEY_ENDS = /---- ?END [A-Z0-9 ]*PRIVATE KEY|\bPrivate-MAC: /;

const READER = new RegExp(READERS);
/** Shorter base64 occurs in ordinary text. */
const MIN_BASE64_LENGTH = 6;

/** Removes secrets from text: known values, and text that has the form of a secret. */
export class Redactor {
  readonly #known: RegExp | undefined;

  /** @param secrets values that are removed everywhere, except those of a single character */
  constructor(secrets: Iterable<string>) {
    const forms = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length);
    this.#known = forms.length === 0 ? undefined : new RegExp(forms.map(patternOf).join('|'), 'g');
  }

  /** Redacts text of one or many lines. */
  text(text: string): string {
    return withoutPatterns(this.#known ? text.replace(this.#known, REMOVED) : text);
  }

  /**
   * Redacts consecutive lines, including private keys that span several of them.
   *
   * @param isCut whether lines before these are missing: a key may have begun there
   */
  lines(lines: readonly string[], isCut = false): string[] {
    const inKey = keyLines(lines, isCut);
    const isInput = documentLines(lines);
    return withoutTracedSecrets(lines, READER).map((line, at) =>
      inKey[at] || isInput[at] ? REMOVED : this.text(line),
    );
  }

  /** Redacts all strings of a JSON value. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value))
      return (isTexts(value) ? withoutSecretOperands(value) : value).map((item: unknown, at, items) =>
        typeof item === 'string' ? this.#argument(item, items[at - 1]) : this.value(item),
      );
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        this.text(key),
        isSecretName(key) && (typeof item === 'string' || typeof item === 'number') ? REMOVED : this.value(item),
      ]),
    );
  }

  #argument(argument: string, before: unknown): string {
    const secret = secretInArgument(argument, typeof before === 'string' ? before : undefined);
    return this.text(secret ? `${argument.slice(0, -secret.length)}${REMOVED}` : argument);
  }
}

const isTexts = (items: readonly unknown[]): items is readonly string[] =>
  items.every((item) => typeof item === 'string');

/** Which lines belong to a private key. */
function keyLines(lines: readonly string[], isCut: boolean): boolean[] {
  const found = lines.map(() => false);
  const mark = (from: number, to: number): void => void found.fill(true, from, to);
  if (isCut) {
    const end = lines.slice(0, MAX_KEY_LINES).findIndex((line) => KEY_ENDS.test(line));
    const begin = lines.findIndex((line) => KEY_BEGINS.test(line));
    if (end >= 0 && (begin < 0 || begin > end)) mark(0, end + 1);
  }
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    // A key on a single line is found by its pattern.
    if (found[at] || !KEY_BEGINS.test(line) || KEY_ENDS.test(line)) continue;
    const length = lines.slice(at, at + MAX_KEY_LINES).findIndex((one) => KEY_ENDS.test(one));
    const to = length < 0 ? Math.min(lines.length, at + MAX_KEY_LINES) : at + length + 1;
    mark(at, to);
    at = to - 1;
  }
  return found;
}

/**
 * The forms in which a log may contain a secret: as it is, in XML, URLs and shell quotes, each also within JSON, in
 * base64, and line by line.
 */
function formsOf(secret: string): string[] {
  const value = secret.trim();
  const lines = value.includes('\n') ? value.split('\n').map((line) => line.trim()) : [];
  const xml = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const url = encodeURIComponent(value);
  const forms = [
    value,
    xml,
    ...['&apos;', '&#39;', '&#x27;', "'"].map((quote) => xml.replaceAll('"', '&quot;').replaceAll("'", quote)),
    ...[url, url.replaceAll('%20', '+'), url.replace(/[!'()*]/g, percent), encodeURI(value)],
    url.replace(/%../g, (code) => code.toLowerCase()),
    // bash, dash, `printf %q`, double quotes, Python
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    value.replace(/["\\$`]/g, '\\$&'),
    value.replace(/['\\]/g, '\\$&'),
    // A Latin-1 log that was decoded as UTF-8.
    value.replace(/[\u0080-\u00ff]/g, '\ufffd'),
    ...lines.filter((line) => line.length >= MIN_ANYWHERE_LENGTH),
  ];
  return [...forms.flatMap((form) => [form, ...jsonOf(form)]), ...base64Of(value)].filter(
    (form) => form.length > 1 && (form.length >= MIN_ANYWHERE_LENGTH || /[\p{L}\p{N}]/u.test(form)),
  );
}

const percent = (one: string): string => `%${one.charCodeAt(0).toString(16).toUpperCase()}`;

/** As JavaScript, Go and Python write it. */
function jsonOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const escaped = (what: RegExp): string =>
    json.replace(what, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [json, JSON.stringify(json).slice(1, -1), escaped(/[<>&]/g), escaped(/[^ -~]/g)];
}

/**
 * Base64 of the secret alone and inside other text, as in `user:password`. Characters that depend on the neighbouring
 * text are dropped.
 */
function base64Of(text: string): string[] {
  const whole = Buffer.from(text).toString('base64').replace(/=+$/, '');
  const within = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    return bytes.toString('base64').slice(Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3));
  });
  const forms = [whole, ...within.filter((form) => form.length >= MIN_BASE64_LENGTH)];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function patternOf(form: string): string {
  const literal = form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return form.length >= MIN_ANYWHERE_LENGTH ? literal : `(?<![\\w])${literal}(?![\\w])`;
}
