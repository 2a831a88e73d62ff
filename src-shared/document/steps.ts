import { splitArgslist } from '../manifest/argslist';
import { childElements, type ManifestTree } from '../manifest/tree';
import { childPath, elementAt, splitPath, type ElementPath } from './element-path';
import { addElements, setField, type NewElement } from './fields';
import { stepList, stepPaths } from './list-paths';
import type { Edit } from '../manifest/splice';
import { insertElements, removeElements } from '../manifest/element-edits';

/** What a new step needs. */
export interface NewStep {
  readonly name: string;
  readonly message: string;
  readonly script: string;
  readonly args?: string;
}

/** Adds a step before the one at `before` (counted over all steps), else last. */
export function addStep(tree: ManifestTree, step: NewStep, before?: number): Edit {
  const { name: element } = stepList(tree);
  const label = `Add step ${step.name}`;
  const script: NewElement = {
    name: element,
    attributes: { name: step.script },
    children: [
      { name: 'checkpoint', attributes: { name: step.name, message: step.message } },
      ...(step.args === undefined || step.args === '' ? [] : [{ name: 'argslist', text: step.args }]),
    ],
  };
  const paths = stepPaths(tree);
  const target = before === undefined ? undefined : paths[before];
  const near = target ?? paths.at(-1);
  const parent = near === undefined ? stepList(tree).parent : splitPath(near).parent;
  return addElements(tree, parent, [script], target === undefined ? undefined : splitPath(target).index, label);
}

/** Inserts a copy of a step after it, with another checkpoint name. */
export function duplicateStep(tree: ManifestTree, path: ElementPath, name: string): Edit {
  const label = `Duplicate step ${name}`;
  const element = elementAt(tree, path);
  if (!element?.parent || !element.range) return { label, splices: [] };
  const checkpoint = childElements(element, 'checkpoint')[0];
  const range = checkpoint?.attributes.find((attribute) => attribute.name === 'name')?.valueRange;
  const { start, end } = element.range;
  const copy = range
    ? tree.source.slice(start, range.start) + name + tree.source.slice(range.end, end)
    : tree.source.slice(start, end);
  const siblings = childElements(element.parent);
  // The lines of the copy are already indented.
  const lines = copy.split(/\r?\n/);
  const spaces = /[ \t]*$/.exec(tree.source.slice(Math.max(0, start - 400), start))?.[0] ?? '';
  const relative = lines.map((line, at) => (at > 0 && line.startsWith(spaces) ? line.slice(spaces.length) : line));
  return {
    label,
    splices: insertElements(tree, element.parent, siblings[siblings.indexOf(element) + 1], [relative.join('\n')]),
  };
}

/** Writes a step's arguments; without arguments its `argslist` is removed. */
export function setArguments(tree: ManifestTree, path: ElementPath, argslist: string): Edit {
  const list = childPath(path, 'argslist');
  const edit = setField(tree, list, undefined, argslist);
  const element = elementAt(tree, list);
  const label = 'Change arguments';
  if (argslist.trim() === '') return { ...edit, label, splices: element ? removeElements(tree, [element]) : [] };
  return { ...edit, label };
}

/** Returns a checkpoint name that no step has: the given one, or the same with a number. */
export function freeStepName(taken: readonly string[], wanted: string): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken.includes(`${wanted}-${number}`)) return `${wanted}-${number}`;
}

/**
 * Formats arguments for the manifest (contract 4.1): a single one without quotes is not changed, several are quoted each. `undefined` for
 * what the format cannot express, such as an empty argument or one that ends with a backslash beside another.
 */
export function joinArguments(args: readonly string[]): string | undefined {
  const [only] = args;
  const plain = args.length === 1 && only !== undefined && !/["']/.test(only);
  const text = plain ? only : args.map(quoted).join(' ');
  try {
    const back = splitArgslist(text);
    return back.length === args.length && back.every((argument, at) => argument === args[at]) ? text : undefined;
  } catch {
    return undefined; // its quotes do not pair
  }
}

function quoted(argument: string): string {
  if (!argument.includes('"')) return `"${argument}"`;
  if (!argument.includes("'")) return `'${argument}'`;
  return `"${argument.replaceAll('"', '\\"')}"`;
}
