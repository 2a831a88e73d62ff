import { copyTree, type ElementNode, type ManifestNode, type ManifestTree } from '../../src-shared/manifest/tree';
import type { Random } from './random';

const NAMES = [
  'bogus',
  'checkpoint',
  'argslist',
  'script',
  'pkg',
  'locale_defaults',
  'timeout',
  'name',
  'boot_archive',
  'mirror',
];
const VALUES = [
  '',
  ' ',
  'true',
  'false',
  '1',
  '0',
  'True',
  '-1',
  '256',
  '9',
  '4294967296',
  '1.5',
  'abc',
  ' true ',
  'gzip',
  'dir',
  'file',
  'none',
  '1e3',
  '.5',
];

/**
 * Returns a copy of a tree with one random change: an element removed, doubled, moved, renamed or added, or a value or
 * attribute changed.
 */
export function mutate(tree: ManifestTree, random: Random): ManifestTree {
  const copy = copyTree(tree);
  const elements = [...below(copy.root)];
  const element = random.pick(elements);
  const parent = element.parent;
  switch (random.below(9)) {
    case 0:
      if (parent) parent.children = parent.children.filter((child) => child !== element);
      break;
    case 1:
      if (parent) insert(parent, clone(element, parent), random);
      break;
    case 2: {
      if (!parent) break;
      parent.children = parent.children.filter((child) => child !== element);
      insert(parent, element, random);
      break;
    }
    case 3: {
      const target = random.pick(elements);
      insert(target, clone(element, target), random);
      break;
    }
    case 4:
      rename(element, random.pick(NAMES));
      break;
    case 5:
      insert(
        element,
        { kind: 'element', name: random.pick(NAMES), attributes: [], children: [], parent: element },
        random,
      );
      break;
    case 6:
      element.attributes = element.attributes.filter(() => random.below(2) === 0);
      break;
    case 7:
      element.attributes = [
        ...element.attributes.filter(({ name }) => name !== 'type' || random.below(2) === 0),
        ...(element.attributes.some(({ name }) => name === 'level')
          ? []
          : [
              {
                name: random.pick(['level', 'resume_from', 'position', 'fiocompress', 'x']),
                value: random.pick(VALUES),
              },
            ]),
      ].filter((attribute, at, all) => all.findIndex(({ name }) => name === attribute.name) === at);
      break;
    default:
      if (element.attributes.length > 0 && random.below(2) === 0) {
        const chosen = random.pick(element.attributes);
        element.attributes = element.attributes.map((attribute) =>
          attribute === chosen ? { ...attribute, value: random.pick(VALUES) } : attribute,
        );
      } else {
        element.children = [
          ...element.children.filter(({ kind }) => kind !== 'text'),
          { kind: 'text', text: random.pick(VALUES) },
        ];
      }
  }
  return copy;
}

function* below(element: ElementNode): Generator<ElementNode> {
  yield element;
  for (const child of element.children) if (child.kind === 'element') yield* below(child);
}

function clone(element: ElementNode, parent: ElementNode): ElementNode {
  return { ...copyTree({ source: '', root: element }).root, parent };
}

function rename(element: ElementNode, name: string): void {
  (element as { name: string }).name = name;
}

function insert(parent: ElementNode, node: ManifestNode, random: Random): void {
  const at = random.below(parent.children.length + 1);
  parent.children = [...parent.children.slice(0, at), node, ...parent.children.slice(at)];
}

/** Writes a tree as XML, for another validator only. */
export function serialise(element: ElementNode): string {
  const attributes = element.attributes.map(
    ({ name, value }) =>
      ` ${name}="${escape(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`,
  );
  const children = element.children.map((child) => {
    if (child.kind === 'element') return serialise(child);
    if (child.kind === 'text') return escape(child.text);
    return child.kind === 'cdata' ? `<![CDATA[${child.text}]]>` : '';
  });
  return `<${element.name}${attributes.join('')}>${children.join('')}</${element.name}>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
