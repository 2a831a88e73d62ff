/** Replaces `start` to `end` (UTF-16 offsets, end exclusive) of a source text. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A named change of the source. The label completes "Undo ...". */
export interface Edit {
  readonly label: string;
  readonly splices: readonly Splice[];
  /** Edits in a row with the same gesture (typing in one field) are one entry of the history. */
  readonly gesture?: string;
}

/** Applies splices that do not overlap; those at one place in their order. Throws when they overlap or lie outside. */
export function applySplices(source: string, splices: readonly Splice[]): string {
  const ordered = splices.map((splice, at) => ({ ...splice, at }));
  ordered.sort((a, b) => a.start - b.start || a.end - b.end || a.at - b.at);
  let result = '';
  let done = 0;
  for (const { start, end, text } of ordered) {
    if (start < done || end < start || end > source.length) throw new RangeError('splices overlap or lie outside');
    result += source.slice(done, start) + text;
    done = end;
  }
  return result + source.slice(done);
}

/** The one splice that turns `before` into `after`: the part between their common beginning and end. */
export function differenceOf(before: string, after: string): Splice {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < most - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}
