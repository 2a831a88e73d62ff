/** A piece of the source text: UTF-16 offsets, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** An attribute. Without ranges when it was added by defaults. */
export interface AttributeNode {
  readonly name: string;
  /** Entities resolved. */
  readonly value: string;
  /** `name="value"` as a whole. */
  readonly range?: Range;
  /** Between the quotes. */
  readonly valueRange?: Range;
  /** Added by defaults. */
  readonly added?: boolean;
}

/** Text, a CDATA section, a comment, or a processing instruction. */
export interface CharacterNode {
  readonly kind: 'text' | 'cdata' | 'comment' | 'instruction';
  /** For text: entities resolved and line ends normalised; for the others the text between their delimiters. */
  readonly text: string;
  readonly range?: Range;
}

/** An element. The ranges are missing when it was added by defaults. */
export interface ElementNode {
  readonly kind: 'element';
  readonly name: string;
  attributes: AttributeNode[];
  children: ManifestNode[];
  parent: ElementNode | undefined;
  readonly range?: Range;
  readonly openTag?: Range;
  /** Missing when the open tag closes itself. */
  readonly closeTag?: Range;
  /** Added by defaults. */
  readonly added?: boolean;
}

/** Anything in an element. */
export type ManifestNode = ElementNode | CharacterNode;

/** A parsed manifest. The source text is the truth; the tree has the place of each part in it. */
export interface ManifestTree {
  readonly source: string;
  readonly root: ElementNode;
}

/** The element children, in document order. */
export function childElements(element: ElementNode, name?: string): ElementNode[] {
  return element.children.filter(
    (child): child is ElementNode => child.kind === 'element' && (name === undefined || child.name === name),
  );
}

/** The elements at a path of names separated by slashes, in document order; the element itself when the path is empty. */
export function elementsAt(element: ElementNode, path: string): ElementNode[] {
  let found = [element];
  if (path !== '') for (const name of path.split('/')) found = found.flatMap((at) => childElements(at, name));
  return found;
}

/** An attribute's value, or `undefined` when it is not there. */
export function attributeValue(element: ElementNode, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.name === name)?.value;
}

/** The element's own text: its direct text nodes, comments and CDATA passed over, trimmed (contract 4.1, 6.1). */
export function directText(element: ElementNode): string {
  return element.children
    .map((child) => (child.kind === 'text' ? child.text : ''))
    .join('')
    .trim();
}

/** Returns the range of an element for a message: its own, or that of the nearest parent that is in the source. */
export function sourceRange(element: ElementNode): Range | undefined {
  for (let at: ElementNode | undefined = element; at; at = at.parent) if (at.openTag) return at.openTag;
  return undefined;
}

/** A deep copy; ranges still refer to the same source. */
export function copyTree(tree: ManifestTree): ManifestTree {
  const copy = (element: ElementNode, parent: ElementNode | undefined): ElementNode => {
    const copied: ElementNode = { ...element, attributes: [...element.attributes], children: [], parent };
    copied.children = element.children.map((child) => (child.kind === 'element' ? copy(child, copied) : child));
    return copied;
  };
  return { source: tree.source, root: copy(tree.root, undefined) };
}
