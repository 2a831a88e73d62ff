import { XMLParser } from 'fast-xml-parser';
import type { Range } from './tree';

/** An element that the reader found: its place in the source, and its child elements. */
export interface RawElement extends Range {
  readonly children: readonly RawElement[];
}

/** A node as fast-xml-parser gives it with `preserveOrder`: one key, the tag, with its children. */
type FxpNode = Readonly<Record<string, readonly FxpNode[]>> &
  Readonly<Record<symbol, { startIndex: number; endIndex: number }>>;

const META = XMLParser.getMetaDataSymbol() as unknown as symbol;
const TAG = 'element';

// Only the nesting of elements and their offsets are taken from it; names, attributes and text come from the source by offset,
// because the reader renames (hasOwnProperty), refuses (constructor) and normalises what XML allows.
const parser = new XMLParser({
  preserveOrder: true,
  captureMetaData: true,
  ignoreAttributes: true,
  trimValues: false,
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: 300,
  jPath: false,
  // A self-closing tag without attributes comes with its slash, which must stay.
  transformTagName: (name) => (name.endsWith('/') ? `${TAG}/` : TAG),
});

/**
 * Reads the elements of a text that is known to be well-formed. The only file that knows fast-xml-parser.
 *
 * @param doctype where the DOCTYPE is; the reader must not interpret it
 */
export function readElements(source: string, doctype: Range | undefined): RawElement | undefined {
  const [root] = elementsOf(parser.parse(withoutDirectives(source, doctype)) as readonly FxpNode[]);
  return root;
}

function elementsOf(nodes: readonly FxpNode[]): RawElement[] {
  const found: RawElement[] = [];
  for (const node of nodes) {
    const children = node[TAG];
    if (!children) continue; // text
    const { startIndex, endIndex } = node[META] ?? { startIndex: 0, endIndex: 0 };
    found.push({ start: startIndex, end: endIndex, children: elementsOf(children) });
  }
  return found;
}

/** Blanks the DOCTYPE and processing instructions, in which the reader pairs quotes that need not pair. Keeps every offset. */
function withoutDirectives(source: string, doctype: Range | undefined): string {
  const text = doctype ? source.slice(0, doctype.start) + blanks(doctype) + source.slice(doctype.end) : source;
  if (!text.includes('<?')) return text;
  return text.replace(/<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>/g, (found) =>
    found.startsWith('<?') ? ' '.repeat(found.length) : found,
  );
}

function blanks({ start, end }: Range): string {
  return ' '.repeat(end - start);
}
