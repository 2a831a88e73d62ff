import { resolveStep } from '../../src-shared/checkpoints/rules';
import { findLine } from '../lines/find-line';
import { readLines, type LineFile } from '../lines/line-file';
import { stepNamed, type AreaContext } from './context';

/** What an argument names: a checkpoint of a line, or its last tree. */
export interface TreeName {
  /** The id of a parked line; `undefined` for the line of the build data. */
  readonly line: string | undefined;
  /** The step before which the checkpoint was taken; `undefined` for the last tree, which of the build data is what they are now. */
  readonly step: string | undefined;
}

/**
 * Reads STEP, LINE@STEP or LINE@, which is the last tree of a line. LINE is an id or a name; a step of the manifest whose name
 * has an @ goes first. Throws `AppError` for an unknown line, and for an unknown step of the build data's line.
 */
export function treeNamed(context: AreaContext, designator: string): TreeName {
  const { steps } = context.file.manifest;
  const present = (step: string): string => steps[stepNamed(context, step)]?.name ?? '';
  const lines = readLines(context.area);
  const at = endOfLine(designator, lines);
  if (at < 1 || resolveStep(steps, designator).ok) return { line: undefined, step: present(designator) };
  const { id } = findLine(lines, designator.slice(0, at));
  const step = designator.slice(at + 1);
  if (id === lines.active) return { line: undefined, step: step === '' ? undefined : present(step) };
  return { line: id, step: step === '' ? undefined : step };
}

/** Where the line ends: at the last @ behind the id or the name of one, because names may have an @; otherwise at the first. */
function endOfLine(designator: string, { lines }: LineFile): number {
  const named = (at: number): boolean => lines.some(({ id, name }) => [id, name].includes(designator.slice(0, at)));
  return (
    [...designator.matchAll(/@/g)]
      .map(({ index }) => index)
      .reverse()
      .find(named) ?? designator.indexOf('@')
  );
}

/** A paragraph for the descriptions of commands that take such arguments. */
export const TREE_NAMES =
  'A tree is STEP, the checkpoint of a step; LINE@STEP, that of another line; or LINE@, the last tree of a line.';

/** A tree for sentences, from the argument that names it. */
export function treeLabel(designator: string): string {
  return designator.endsWith('@') ? `the last tree of ${designator.slice(0, -1)}` : `the checkpoint of ${designator}`;
}
