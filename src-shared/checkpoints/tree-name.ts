import { isLineId } from '../line-id';

/** A tree as the commands of the engine name it: STEP, LINE@STEP, or LINE@ for the last tree of a line. */
export interface TreeName {
  /** The id of a line; missing for that of the build data. */
  readonly line?: string | undefined;
  /** Empty for the last tree. */
  readonly step: string;
}

/** Parses the name of a tree. A text before an @ that is no id of a line belongs to the name of a step. */
export function parseTree(text: string): TreeName {
  const at = text.indexOf('@');
  const line = text.slice(0, Math.max(0, at));
  return isLineId(line) ? { line, step: text.slice(at + 1) } : { step: text };
}

/** The name of a tree for a command. */
export const treeName = ({ line, step }: TreeName): string => (line === undefined ? step : `${line}@${step}`);
