/** An action of a package's manifest, as a catalogue stores it: a kind, and attributes with one or more values. */
export interface Action {
  readonly kind: string;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/**
 * Parses `KIND NAME=VALUE NAME="VALUE"...`. A quoted value ends at the next quote of the same kind without a backslash
 * before it. A backslash escapes a quote or a backslash. Tokens without `=` are skipped.
 */
export function readAction(text: string): Action {
  const attributes = new Map<string, string[]>();
  const [kind = ''] = /^\S*/.exec(text) ?? [];
  const token = /\s*([^\s=]+)(=?)/y;
  token.lastIndex = kind.length;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [, name = '', equals] = found;
    if (equals === '') continue;
    const { value, end } = readValue(text, token.lastIndex);
    const values = attributes.get(name);
    if (values) values.push(value);
    else attributes.set(name, [value]);
    token.lastIndex = end;
  }
  return { kind, attributes };
}

/** The first value of an attribute. */
export function valueOf({ attributes }: Action, name: string): string | undefined {
  return attributes.get(name)?.[0];
}

function readValue(text: string, start: number): { value: string; end: number } {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") {
    const [value = ''] = /^\S*/.exec(text.slice(start)) ?? [];
    return { value, end: start + value.length };
  }
  let value = '';
  let at = start + 1;
  for (; at < text.length && text[at] !== quote; at++) {
    const next = text[at + 1];
    if (text[at] === '\\' && (next === '"' || next === "'" || next === '\\')) at++;
    value += text[at] ?? '';
  }
  return { value, end: at + 1 };
}
