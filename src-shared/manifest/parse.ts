import { notXmlMessage } from './foreign-files';
import { AppError } from '../errors';
import { EntityError, type Entities } from './entities';
import { readElements, type RawElement } from './reader';
import { MAX_CHARACTERS, positionAt } from './source';
import type { AttributeNode, CharacterNode, ElementNode, ManifestNode, ManifestTree } from './tree';
import { assertWellFormed, NotWellFormed } from './well-formed';

/** The manifest is not XML. The message has no position; `line` and `column` (from 1) and `offset` are its place. */
export class ManifestSyntaxError extends AppError {
  readonly line: number;
  readonly column: number;

  constructor(
    message: string,
    source: string,
    readonly offset: number,
  ) {
    super('manifest', message);
    const { line, column } = positionAt(source, offset);
    this.line = line;
    this.column = column;
  }
}

/**
 * Parses a manifest into a tree with exact source ranges. Elements of either era and unknown content are kept as they are.
 *
 * Throws `ManifestSyntaxError` for anything that is not well-formed, is nested too deeply or too large, or refers to entities that
 * are external, recursive or too large. Bounded in time and memory for any input.
 */
export function parseManifest(source: string): ManifestTree {
  try {
    if (source.length > MAX_CHARACTERS)
      throw new NotWellFormed(`the text has ${source.length} characters; a manifest may have ${MAX_CHARACTERS}`, 0);
    const { entities, doctype } = assertWellFormed(source);
    const raw = readElements(source, doctype);
    if (!raw) throw new NotWellFormed('there is no element', 0);
    return { source, root: new TreeBuilder(source, entities).element(raw, undefined) };
  } catch (error) {
    if (!(error instanceof NotWellFormed)) throw error;
    const notXml = notXmlMessage(source);
    throw notXml === undefined
      ? new ManifestSyntaxError(error.message, source, error.offset)
      : new ManifestSyntaxError(notXml, source, source.search(/[^\s\uFEFF]/));
  }
}

const NAME = /[^\s/>]+/y;
const ATTRIBUTE = /\s*(?:(\/?>)|([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*'))/y;
const BREAK = /[\t\r\n]/;
const DELIMITERS = [
  { kind: 'comment', open: '<!--', close: '-->' },
  { kind: 'cdata', open: '<![CDATA[', close: ']]>' },
  { kind: 'instruction', open: '<?', close: '?>' },
] as const;

/** Builds nodes from the reader's result. Assumes that the source is well-formed. */
class TreeBuilder {
  readonly #source: string;
  readonly #entities: Entities;

  constructor(source: string, entities: Entities) {
    this.#source = source;
    this.#entities = entities;
  }

  element(raw: RawElement, parent: ElementNode | undefined): ElementNode {
    const { start, end } = raw;
    NAME.lastIndex = start + 1;
    const name = NAME.exec(this.#source)?.[0] ?? '';
    const { attributes, openEnd } = this.#attributes(start + 1 + name.length);
    const range = { start, end };
    if (openEnd === end) return { kind: 'element', name, attributes, children: [], parent, range, openTag: range };
    const openTag = { start, end: openEnd };
    const closeTag = { start: this.#source.lastIndexOf('</', end - 1), end };
    const element: ElementNode = { kind: 'element', name, attributes, children: [], parent, range, openTag, closeTag };
    let at = openEnd;
    for (const child of raw.children) {
      if (child.start > at) this.#characters(at, child.start, element.children);
      element.children.push(this.element(child, element));
      at = child.end;
    }
    this.#characters(at, closeTag.start, element.children);
    return element;
  }

  /** Scans an open tag from behind its name. */
  #attributes(from: number): { attributes: AttributeNode[]; openEnd: number } {
    const attributes: AttributeNode[] = [];
    ATTRIBUTE.lastIndex = from;
    for (;;) {
      const match = ATTRIBUTE.exec(this.#source);
      if (!match || match[1] !== undefined) return { attributes, openEnd: ATTRIBUTE.lastIndex };
      const [all, , name = '', quoted = ''] = match;
      const end = ATTRIBUTE.lastIndex;
      const valueRange = { start: end - quoted.length + 1, end: end - 1 };
      const raw = quoted.slice(1, -1);
      const normal = BREAK.test(raw) ? raw.replace(/\r\n|[\t\r\n]/g, ' ') : raw; // as XML demands for attributes
      const range = { start: end - all.trimStart().length, end };
      attributes.push({ name, value: this.#resolve(normal, valueRange.start), range, valueRange });
    }
  }

  /** Everything between two tags: text, comments, CDATA and processing instructions. */
  #characters(from: number, to: number, into: ManifestNode[]): void {
    let at = from;
    while (at < to) {
      const node = this.#characterNode(at, to);
      into.push(node);
      at = node.range.end;
    }
  }

  #characterNode(start: number, limit: number): CharacterNode & { range: { start: number; end: number } } {
    const isMarkup = this.#source.charAt(start) === '<';
    const delimiter = isMarkup && DELIMITERS.find(({ open }) => this.#source.startsWith(open, start));
    if (delimiter) {
      const { kind, open, close } = delimiter;
      const inner = start + open.length;
      const innerEnd = this.#source.indexOf(close, inner);
      return { kind, text: this.#source.slice(inner, innerEnd), range: { start, end: innerEnd + close.length } };
    }
    const next = this.#source.indexOf('<', start);
    const end = next < 0 ? limit : next;
    const raw = this.#source.slice(start, end);
    const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
    return { kind: 'text', text: this.#resolve(text, start), range: { start, end } };
  }

  #resolve(raw: string, offset: number): string {
    try {
      return this.#entities.resolve(raw);
    } catch (error) {
      if (!(error instanceof EntityError)) throw error;
      throw new NotWellFormed(error.message, offset + raw.indexOf('&'));
    }
  }
}
