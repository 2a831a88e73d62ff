import { ArgslistError, outerPair, splitTokens } from './argslist';
import { aliasPaths } from './layout';
import { attributeValue, childElements, directText, type ElementNode } from './tree';

/** A nodepath that does not parse. The message is the original's, without `Error parsing nodepath: ` (contract 5.5). */
export class NodepathError extends Error {
  /** @param offset where no token can start; missing for other errors */
  constructor(
    message: string,
    readonly offset?: number,
  ) {
    super(message);
  }
}

interface Predicate {
  readonly path: readonly string[];
  readonly value: string;
}

/** One step of a nodepath: a name, and what its nodes must equal or contain. */
interface Token {
  readonly name: string;
  readonly value?: string;
  readonly predicates: readonly Predicate[];
}

/** A node that a nodepath selects: an element's text, or an attribute. */
export interface SelectedNode {
  readonly element: ElementNode;
  readonly attribute?: string;
}

type Match = SelectedNode;

/**
 * Returns the values at a nodepath: the tokens of each matched node's value, an empty value as one empty string (contract 5.5).
 * Vectors: `corpus/vectors/nodepath.json`. Throws `NodepathError` when the nodepath is malformed.
 */
export function queryNodepath(root: ElementNode, nodepath: string): string[] {
  return match(root, parseNodepath(nodepath)).flatMap(tokensOf);
}

/**
 * As `queryNodepath`; where the literal path matches nothing, the other era's name for it is tried, so that finalizer scripts of
 * either era read manifests of the other (contract 7).
 */
export function queryEitherEra(root: ElementNode, nodepath: string): string[] {
  return selectEitherEra(root, nodepath).flatMap(tokensOf);
}

/** Returns the nodes whose values `queryEitherEra` returns. Throws `NodepathError` when the nodepath is malformed. */
export function selectEitherEra(root: ElementNode, nodepath: string): readonly SelectedNode[] {
  const literal = match(root, parseNodepath(nodepath));
  if (literal.length > 0) return literal;
  for (const path of aliasPaths(nodepath)) {
    const found = match(root, parseNodepath(path));
    if (found.length > 0) return found;
  }
  return [];
}

/** The nodepath of a key in key_value_pairs (contract 5.3, `-k`). */
export function keyToNodepath(key: string): string {
  return `key_value_pairs/pair[key=${key}]/value`;
}

/** A matched node's value before it is split: attributes raw, elements trimmed. */
function rawValue({ element, attribute }: Match): string {
  return attribute === undefined ? directText(element) : (attributeValue(element, attribute) ?? '');
}

function tokensOf(node: Match): string[] {
  const value = rawValue(node);
  if (value.trim() === '') return [''];
  try {
    return splitTokens(value);
  } catch (error) {
    if (!(error instanceof ArgslistError)) throw error;
    return [value.trim()]; // a lone apostrophe crashes the original (contract 9, 36)
  }
}

/** Parses a nodepath into its tokens; `""` is the root. */
function parseNodepath(nodepath: string): readonly Token[] {
  const text = nodepath.trim();
  if (text === '') return [];
  if (text.startsWith('/')) throw new NodepathError('Path cannot start with a /');
  try {
    return splitOutside(text, '/')
      .filter((token) => token !== '')
      .map(parseToken);
  } catch (error) {
    if (!(error instanceof NodepathError) || error.message !== BAD_TOKEN) throw error;
    throw new NodepathError(BAD_TOKEN, stuckAt(text));
  }
}

const BAD_TOKEN = 'Error parsing path token';

/** Splits at a character, but not inside brackets or quotes. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quote = '';
  let inBrackets = false;
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '[') inBrackets = true;
    else if (character === ']') inBrackets = false;
    else if (character === separator && !inBrackets) {
      parts.push(part);
      part = '';
      continue;
    }
    part += character;
  }
  if (quote !== '') throw new NodepathError('Quote mistmatch in path token');
  if (inBrackets && separator === '/')
    throw new NodepathError(part.startsWith('[') ? BAD_TOKEN : 'Mismatching brackets in path token');
  return [...parts, part];
}

const NAME = String.raw`[^\[\]=:/"']+`;
const VALUE = String.raw`(?:[^\[\]=:/"']+|"[^"]*"|'[^']*')`;
const PREDICATE = String.raw`[^\[\]=:"']+=${VALUE}`;
const PLAIN = new RegExp(`^(${NAME})(?:=(${VALUE}))?$`);
const BRACKETED = new RegExp(`^(${NAME})\\[(${PREDICATE}(?::${PREDICATE})*)\\]$`);

function parseToken(text: string): Token {
  const plain = PLAIN.exec(text);
  if (plain?.[1]) {
    const value = plain[2] === undefined ? {} : { value: unquote(plain[2]) };
    return { name: plain[1].trim(), ...value, predicates: [] };
  }
  const bracketed = BRACKETED.exec(text);
  if (!bracketed?.[1] || !bracketed[2]) throw new NodepathError(BAD_TOKEN);
  const predicates = splitOutside(bracketed[2], ':').map((predicate): Predicate => {
    const equals = predicate.indexOf('=');
    const path = predicate.slice(0, equals);
    if (path.startsWith('/')) throw new NodepathError(BAD_TOKEN);
    return { path: path.split('/').filter((step) => step !== ''), value: unquote(predicate.slice(equals + 1)) };
  });
  return { name: bracketed[1].trim(), predicates };
}

/** Returns the offset at which a scanner of the grammar (contract 5.5) stops. */
function stuckAt(text: string): number {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = at;
    const taken = sticky.test(text);
    if (taken) at = sticky.lastIndex;
    return taken;
  };
  const value = new RegExp(VALUE);
  for (;;) {
    take(/\/*/);
    if (!take(new RegExp(NAME))) return at;
    if (take(/=/)) {
      if (!take(value)) return at;
    } else if (take(/\[/)) {
      do if (!take(/[^/[\]=:"'][^[\]=:"']*/) || !take(/=/) || !take(value)) return at;
      while (take(/:/));
      if (!take(/\]/)) return at;
    }
    if (at >= text.length || text.charAt(at) !== '/') return at;
  }
}

function unquote(value: string): string {
  return /^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value;
}

function match(root: ElementNode, tokens: readonly Token[]): Match[] {
  // The first token may name the root; if it does not, the root is implied.
  const first = tokens[0];
  const named = first?.name === root.name;
  let current: Match[] = !named || holds({ element: root }, first) ? [{ element: root }] : [];
  const rest = named ? tokens.slice(1) : tokens;
  rest.forEach((token, index) => {
    current = current.flatMap((node) => stepInto(node, token, index === rest.length - 1));
    if (token.name === '..') current = unique(current);
  });
  return current;
}

function stepInto({ element, attribute }: Match, token: Token, isLast: boolean): Match[] {
  if (attribute !== undefined) return [];
  const candidates: Match[] =
    token.name === '..'
      ? [{ element: element.parent ?? element }]
      : childElements(element, token.name).map((child) => ({ element: child }));
  if (candidates.length === 0 && isLast && attributeValue(element, token.name) !== undefined)
    candidates.push({ element, attribute: token.name });
  return candidates.filter((candidate) => holds(candidate, token));
}

function holds(node: Match, token: Token): boolean {
  if (token.value !== undefined && comparable(node) !== token.value) return false;
  return token.predicates.every(({ path, value }) => relative(node, path).some((found) => comparable(found) === value));
}

/** Nodes at a path relative to a node: elements, or failing that an attribute at its end. */
function relative(node: Match, path: readonly string[]): Match[] {
  let current = [node];
  path.forEach((name, index) => {
    current = current.flatMap((at) => stepInto(at, { name, predicates: [] }, index === path.length - 1));
  });
  return current;
}

/** What a value is compared with: an element's text without an enclosing pair of quotes, an attribute's text as it is. */
function comparable(node: Match): string {
  const value = rawValue(node);
  return node.attribute === undefined ? (outerPair(value) ?? value) : value;
}

/** Without repetitions; only `..` can produce them, and it matches elements. */
function unique(nodes: readonly Match[]): Match[] {
  const seen = new Set<ElementNode>();
  return nodes.filter(({ element }) => !seen.has(element) && seen.add(element));
}
