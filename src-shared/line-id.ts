/** The id and the name of the first line of an area. */
export const FIRST_LINE = 'main';

/** The id of a line by its number. The first one has number 1. */
export const lineId = (number: number): string => (number === 1 ? FIRST_LINE : `line-${number}`);

/** The number of a line, which it keeps; 1 for an id of another form. */
export function lineNumber(id: string): number {
  return Number(/^line-(\d+)$/.exec(id)?.[1] ?? 1);
}

/** Whether a text has the form of an id. Only the engine makes ids. */
export const isLineId = (text: string): boolean => text === lineId(lineNumber(text));
