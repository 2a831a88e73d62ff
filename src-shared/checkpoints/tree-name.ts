/** A tree as the commands of the engine name it: STEP, LINE@STEP, or LINE@ for the last tree of a line. */
export interface TreeName {
  /** The id of a line; missing for that of the build data. */
  readonly line?: string | undefined;
  /** Empty for the last tree. */
  readonly step: string;
}

/** Ids of lines are made by the engine. Another text before an @ belongs to the name of a step. */
const LINE = /^(main|line-\d+)@(.*)$/s;

/** Parses the name of a tree. */
export function parseTree(text: string): TreeName {
  const [, line, step] = LINE.exec(text) ?? [];
  return line === undefined || step === undefined ? { step: text } : { line, step };
}

/** The name of a tree for a command. */
export const treeName = ({ line, step }: TreeName): string => (line === undefined ? step : `${line}@${step}`);
