import { XMLParser } from 'fast-xml-parser';
import { AppError } from '../errors';
import { Entities, EntityError } from './entities';
import { positionAt } from './source';
import type { AttributeNode, CharacterNode, ElementNode, ManifestNode, ManifestTree } from './tree';
import { assertWellFormed, NotWellFormed } from './well-formed';

/** The manifest is not XML. The message has no position; `line` and `column` (from 1) and `offset` say where. */
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

const META = XMLParser.getMetaDataSymbol() as unknown as string;

/** A node as fast-xml-parser gives it with `preserveOrder`: one key, the tag's name, holding its children. */
type RawNode = Record<string, RawNode[] | string> & Record<symbol, unknown>;

// Attributes, text and names are taken from the source by range, not from the reader: it normalises and renames.
const reader = new XMLParser({
  preserveOrder: true,
  captureMetaData: true,
  ignoreAttributes: true,
  trimValues: false,
  parseTagValue: false,
  processEntities: false,
  commentPropName: '#comment',
  cdataPropName: '#cdata',
  maxNestedTags: 300,
});

/**
 * Parses a manifest into a tree with exact source ranges. Open elements of either era and unknown content are kept as they are.
 *
 * Throws `ManifestSyntaxError` for anything that is not well-formed, is nested too deeply, or refers to entities that are external,
 * recursive or too large. Bounded in time and memory for any input that `decodeManifest` lets through.
 */
export function parseManifest(source: string): ManifestTree {
  try {
    const { entities, doctype } = assertWellFormed(source);
    // The reader must not interpret the DOCTYPE; blanks keep every offset.
    const text = doctype
      ? source.slice(0, doctype.start) + ' '.repeat(doctype.end - doctype.start) + source.slice(doctype.end)
      : source;
    const nodes = reader.parse(text) as RawNode[];
    const raw = nodes.find((node) => isElement(node));
    if (!raw) throw new NotWellFormed('there is no element', 0);
    return { source, root: new TreeBuilder(source, entities).element(raw, undefined) };
  } catch (error) {
    if (error instanceof NotWellFormed) throw new ManifestSyntaxError(error.message, source, error.offset);
    if (error instanceof ManifestSyntaxError) throw error;
    // The reader refuses a few names (__proto__, constructor, prototype) that XML allows and no manifest has.
    throw new ManifestSyntaxError(error instanceof Error ? error.message : String(error), source, 0);
  }
}

function tagOf(node: RawNode): string {
  return Object.keys(node).find((key) => key !== ':@') ?? '';
}

function isElement(node: RawNode): boolean {
  const tag = tagOf(node);
  return !tag.startsWith('#') && !tag.startsWith('?');
}

class TreeBuilder {
  constructor(
    private readonly source: string,
    private readonly entities: Entities,
  ) {}

  element(raw: RawNode, parent: ElementNode | undefined): ElementNode {
    const { startIndex: start, endIndex: end } = raw[META] as unknown as { startIndex: number; endIndex: number };
    const name = /[^\s/>]+/y;
    name.lastIndex = start + 1;
    const tag = name.exec(this.source)?.[0] ?? tagOf(raw);
    const { attributes, openEnd } = this.#attributes(start + 1 + tag.length);
    const element: ElementNode = {
      kind: 'element',
      name: tag,
      attributes,
      children: [],
      parent,
      range: { start, end },
      openTag: { start, end: openEnd },
    };
    let at = openEnd;
    for (const child of (raw[tagOf(raw)] ?? []) as RawNode[]) {
      const node = isElement(child) ? this.element(child, element) : this.#characters(child, at);
      at = node.range?.end ?? at;
      element.children.push(node);
    }
    return element;
  }

  /** Scans an open tag from behind its name. It is well-formed: that was checked. */
  #attributes(from: number): { attributes: AttributeNode[]; openEnd: number } {
    const pattern = /\s*(?:(\/?>)|([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*'))/y;
    pattern.lastIndex = from;
    const attributes: AttributeNode[] = [];
    for (;;) {
      const match = pattern.exec(this.source);
      if (!match || match[1] !== undefined) return { attributes, openEnd: pattern.lastIndex || from };
      const [, , name = '', quoted = ''] = match;
      const end = pattern.lastIndex;
      const valueRange = { start: end - quoted.length + 1, end: end - 1 };
      const raw = quoted.slice(1, -1).replace(/\r\n|[\t\r\n]/g, ' '); // XML normalises white space in attributes
      const start = end - match[0].trimStart().length;
      attributes.push({ name, value: this.#resolve(raw, valueRange.start), range: { start, end }, valueRange });
    }
  }

  #characters(raw: RawNode, start: number): CharacterNode {
    const tag = tagOf(raw);
    if (tag === '#text') {
      const next = this.source.indexOf('<', start);
      const end = next < 0 ? this.source.length : next;
      const text = this.source.slice(start, end).replace(/\r\n?/g, '\n');
      return { kind: 'text', text: this.#resolve(text, start), range: { start, end } };
    }
    const [kind, open, close] =
      tag === '#comment'
        ? (['comment', '<!--', '-->'] as const)
        : tag === '#cdata'
          ? (['cdata', '<![CDATA[', ']]>'] as const)
          : (['instruction', '<?', '?>'] as const);
    const end = this.source.indexOf(close, start + open.length) + close.length;
    const text = this.source.slice(start + open.length, end - close.length);
    return { kind, text, range: { start, end } };
  }

  #resolve(raw: string, offset: number): string {
    try {
      return this.entities.resolve(raw);
    } catch (error) {
      if (!(error instanceof EntityError)) throw error;
      throw new ManifestSyntaxError(error.message, this.source, offset + Math.max(0, raw.indexOf('&')));
    }
  }
}

/** Nodes that a walk over everything meets, in document order. */
export function* allNodes(element: ElementNode): Generator<ManifestNode> {
  yield element;
  for (const child of element.children)
    if (child.kind === 'element') yield* allNodes(child);
    else yield child;
}
