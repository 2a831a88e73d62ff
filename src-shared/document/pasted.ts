import { ManifestSyntaxError, parseManifest } from '../manifest/parse';
import { attributeValue, childElements, elementsAt, type ElementNode, type ManifestTree } from '../manifest/tree';
import { insertElements } from '../manifest/element-edits';
import type { Edit } from '../manifest/splice';
import { elementAt, splitPath, type ElementPath } from './element-path';
import { stepList, stepPaths } from './list-paths';
import { freeStepName } from './steps';

/** A longer text is no list that a user copied. */
const MAX_CHARACTERS = 1024 * 1024;

/**
 * Returns the names of packages in a text: elements `pkg`, or names that are separated by white space or commas. Text after # is a
 * comment. Each name once.
 */
export function packageNamesIn(text: string): string[] {
  const elements = /<pkg\b/.test(text) ? elementsIn(text, 'pkg') : undefined;
  const names = elements
    ? elements.map((element) => attributeValue(element, 'name') ?? '')
    : text.split('\n').flatMap((line) => line.replace(/#.*/, '').split(/[\s,]+/));
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Returns steps as the text of their elements, for the clipboard. */
export function stepsAsText(tree: ManifestTree, paths: readonly ElementPath[]): string {
  const { source } = tree;
  return paths
    .flatMap((path) => elementAt(tree, path)?.range ?? [])
    .map(({ start, end }) => dedented(source, start, end))
    .join('\n');
}

/** Whether a text has steps that can be pasted. */
export const hasSteps = (text: string): boolean => (elementsIn(text, 'script') ?? []).length > 0;

/**
 * Pastes the steps of a text before the step at `before`, else last. A name that the manifest has gets a number.
 *
 * @param before counted over the steps that are elements
 * @returns the edit and the number of steps; `undefined` when the text has none
 */
export function pasteSteps(
  tree: ManifestTree,
  text: string,
  before: number,
): { readonly edit: Edit; readonly count: number } | undefined {
  const pasted = elementsIn(text, 'script') ?? [];
  if (pasted.length === 0) return undefined;
  const paths = stepPaths(tree);
  const near = paths[before] ?? paths.at(-1);
  const parent = elementAt(tree, near === undefined ? stepList(tree).parent : splitPath(near).parent);
  if (!parent) return undefined;
  const taken = paths.map((path) => nameOf(elementAt(tree, path)));
  const xml = pasted.map((element) => {
    const wanted = nameOf(element);
    const name = freeStepName(taken, wanted);
    taken.push(name);
    return renamed(text, element, name === wanted ? undefined : name);
  });
  const target = paths[before];
  const label = `Paste ${pasted.length === 1 ? `step ${taken.at(-1) ?? ''}` : `${pasted.length} steps`}`;
  const splices = insertElements(tree, parent, target === undefined ? undefined : elementAt(tree, target), xml);
  return { edit: { label, splices }, count: pasted.length };
}

const OPEN = '<pasted>';

function elementsIn(text: string, name: string): ElementNode[] | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  try {
    const { root } = parseManifest(`${OPEN}${text}</pasted>`);
    const found = childElements(root, name);
    return found.length > 0
      ? found
      : [...elementsAt(root, `finalizer/${name}`), ...elementsAt(root, `packages/${name}`)];
  } catch (error) {
    if (error instanceof ManifestSyntaxError) return undefined;
    throw error;
  }
}

const checkpointOf = (element: ElementNode | undefined): ElementNode | undefined =>
  element && childElements(element, 'checkpoint')[0];

function nameOf(element: ElementNode | undefined): string {
  const checkpoint = checkpointOf(element);
  return (checkpoint && attributeValue(checkpoint, 'name')) ?? '';
}

/** The text of a pasted element, with another checkpoint name. Ranges are those of the text with its root. */
function renamed(text: string, element: ElementNode, name: string | undefined): string {
  const { start, end } = element.range ?? { start: OPEN.length, end: OPEN.length };
  const at = checkpointOf(element)?.attributes.find((attribute) => attribute.name === 'name')?.valueRange;
  const shift = (offset: number): number => offset - OPEN.length;
  const whole = dedented(text, shift(start), shift(end));
  if (name === undefined || !at) return whole;
  // The name stands once between its quotes, behind the start of the checkpoint.
  const from = text.slice(shift(start), shift(at.start));
  const rest = text.slice(shift(at.end), shift(end));
  return dedented(`${text.slice(0, shift(start))}${from}${name}${rest}`, shift(start));
}

/** A piece of a text, without the indentation of its first line in the others. */
function dedented(source: string, start: number, end?: number): string {
  const spaces = /[ \t]*$/.exec(source.slice(Math.max(0, start - 400), start))?.[0] ?? '';
  return source
    .slice(start, end)
    .split(/\r?\n/)
    .map((line, at) => (at > 0 && line.startsWith(spaces) ? line.slice(spaces.length) : line))
    .join('\n');
}
