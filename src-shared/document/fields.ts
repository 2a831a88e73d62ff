import { attributeValue, childElements, directText, type ElementNode, type ManifestTree } from '../manifest/tree';
import { elementAt, splitPath, type ElementPath } from './element-path';
import { escapeAttribute, escapeText } from '../manifest/escape';
import { placeFor, schemaAt, schemaOf } from './schema-place';
import type { Edit, Splice } from '../manifest/splice';
import { indentUnit, insertElements, moveElements, removeElements } from '../manifest/element-edits';
import { setAttribute, setText } from './values';

/** A new element, for `addElement`. */
export interface NewElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly children?: readonly NewElement[];
}

/** Returns the value of a field as written: an attribute, or the text without `attribute`; `undefined` when it does not exist. */
export function fieldValue(tree: ManifestTree, path: ElementPath, attribute?: string): string | undefined {
  const element = elementAt(tree, path);
  if (!element) return undefined;
  return attribute === undefined ? directText(element) : attributeValue(element, attribute);
}

/**
 * Writes a field, and creates missing parents in the order of the grammar. `undefined` removes an attribute. Typing in one field is one
 * gesture.
 */
export function setField(
  tree: ManifestTree,
  path: ElementPath,
  attribute: string | undefined,
  value: string | undefined,
): Edit {
  const name = attribute ?? splitPath(path).name;
  const label = `Change ${name}`;
  const gesture = `field ${path} ${attribute ?? ''}`;
  const element = elementAt(tree, path);
  if (element) {
    const splices =
      attribute === undefined ? setText(tree, element, value ?? '') : setAttribute(tree, element, attribute, value);
    return { label, splices, gesture };
  }
  if (value === undefined) return { label, splices: [], gesture };
  const leaf: NewElement = {
    name: splitPath(path).name,
    ...(attribute === undefined ? { text: value } : { attributes: { [attribute]: value } }),
  };
  return { label, splices: insertAt(tree, splitPath(path).parent, leaf), gesture };
}

/** Adds an element below a path, last of its kind, and creates missing parents. */
export function addElement(tree: ManifestTree, parent: ElementPath, element: NewElement, label?: string): Edit {
  return { label: label ?? `Add ${element.name}`, splices: insertAt(tree, parent, element) };
}

/** Adds several elements of one kind below a path, before the one at `before` of that kind, else last. */
export function addElements(
  tree: ManifestTree,
  parent: ElementPath,
  elements: readonly NewElement[],
  before: number | undefined,
  label: string,
): Edit {
  const [first, ...others] = elements;
  const at = elementAt(tree, parent);
  if (!first) return { label, splices: [] };
  if (!at) {
    const { parent: above, name } = splitPath(parent);
    return { label, splices: insertAt(tree, above, { name, children: [first, ...others] }) };
  }
  const target = before === undefined ? undefined : childElements(at, first.name)[before];
  const place = target ?? placeFor(schemaAt(schemaOf(tree), parent), at, first.name);
  const unit = indentUnit(tree.source);
  return {
    label,
    splices: insertElements(
      tree,
      at,
      place,
      elements.map((one) => toXml(one, unit)),
    ),
  };
}

/** Removes elements of one parent. */
export function removeAt(tree: ManifestTree, paths: readonly ElementPath[], label?: string): Edit {
  const elements = inOrder(paths.flatMap((path) => elementAt(tree, path) ?? []));
  return { label: label ?? `Remove ${elements[0]?.name ?? 'nothing'}`, splices: removeElements(tree, elements) };
}

/** Moves elements of one kind and parent before the element that has the index `to` now; to the end when `to` is their count. */
export function moveAt(tree: ManifestTree, paths: readonly ElementPath[], to: number, label: string): Edit {
  const elements = inOrder(paths.flatMap((path) => elementAt(tree, path) ?? []));
  const [first] = elements;
  if (!first?.parent) return { label, splices: [] };
  const same = childElements(first.parent, first.name);
  let at = to;
  for (let one = same[at]; one && elements.includes(one); one = same[at]) at++;
  const last = same.at(-1);
  const before = same[at] ?? (last && nextElement(last));
  return { label, splices: moveElements(tree, elements, before) };
}

function nextElement(element: ElementNode): ElementNode | undefined {
  const siblings = element.parent ? childElements(element.parent) : [];
  return siblings[siblings.indexOf(element) + 1];
}

function inOrder(elements: readonly ElementNode[]): ElementNode[] {
  return [...new Set(elements)].sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
}

function insertAt(tree: ManifestTree, parent: ElementPath, element: NewElement): Splice[] {
  const at = elementAt(tree, parent);
  if (!at) {
    const { parent: above, name } = splitPath(parent);
    return insertAt(tree, above, { name, children: [element] });
  }
  const place = placeFor(schemaAt(schemaOf(tree), parent), at, element.name);
  return insertElements(tree, at, place, [toXml(element, indentUnit(tree.source))]);
}

/** Formats a new element as XML, indented as the manifest is. */
export function elementXml(tree: ManifestTree, element: NewElement): string {
  return toXml(element, indentUnit(tree.source));
}

/** Formats an element as XML, with lines that are indented relative to the first one. */
function toXml({ name, attributes = {}, text, children = [] }: NewElement, unit: string): string {
  const open = `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`)
    .join('')}`;
  if (children.length > 0) {
    const inside = children.map((child) => `\n${unit}${toXml(child, unit).replaceAll('\n', `\n${unit}`)}`).join('');
    return `${open}>${inside}\n</${name}>`;
  }
  return text === undefined ? `${open}/>` : `${open}>${escapeText(text)}</${name}>`;
}
