/** Larger tables of common lines are not made: then all old lines are followed by all new ones. */
const MAX_CELLS = 1_000_000;
const CONTEXT_LINES = 3;
const MAX_LINE_CHARACTERS = 300;

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/**
 * The differences of two texts as lines with the signs of diff(1): `-` is only in the first, `+` only in the second. Equal
 * lines far from a difference are left out, with a line `...` in their place.
 *
 * @param maxLines the result has no more lines; the last one has the number of those that are left out
 */
export function textDiff(before: string, after: string, maxLines = 60): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  const shorter = Math.min(old.length, now.length) - start;
  while (end < shorter && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const equal = (lines: readonly string[]): Edit[] => lines.map((line) => ({ sign: ' ', line }));
  const edits = [
    ...equal(old.slice(Math.max(0, start - CONTEXT_LINES), start)),
    ...editsOf(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...equal(old.slice(old.length - end).slice(0, CONTEXT_LINES)),
  ];
  const lines = nearDifferences(edits).map((edit) => (edit ? `${edit.sign}${cut(edit.line)}` : '...'));
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), `... ${lines.length - maxLines + 1} more lines`];
}

/** By the longest common subsequence of lines. */
function editsOf(old: readonly string[], now: readonly string[]): Edit[] {
  const removed = (line: string): Edit => ({ sign: '-', line });
  const added = (line: string): Edit => ({ sign: '+', line });
  if ((old.length + 1) * (now.length + 1) > MAX_CELLS) return [...old.map(removed), ...now.map(added)];
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      common[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [one, two] = [old[i], now[j]];
    if (one !== undefined && one === two) {
      edits.push({ sign: ' ', line: one });
      i++;
      j++;
    } else if (one !== undefined && (two === undefined || at(i + 1, j) >= at(i, j + 1))) {
      edits.push(removed(one));
      i++;
    } else {
      edits.push(added(two ?? ''));
      j++;
    }
  }
  return edits;
}

/** The edits without equal lines that are far from a difference; `undefined` stands for a gap. */
function nearDifferences(edits: readonly Edit[]): (Edit | undefined)[] {
  const near = new Set<number>();
  edits.forEach(({ sign }, at) => {
    if (sign === ' ') return;
    for (let one = at - CONTEXT_LINES; one <= at + CONTEXT_LINES; one++) near.add(one);
  });
  const isGap = (at: number): boolean => !near.has(at) && near.has(at - 1) && at < edits.length - 1;
  return edits.flatMap((edit, at) => (near.has(at) ? [edit] : isGap(at) ? [undefined] : []));
}

const cut = (line: string): string =>
  line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)}...` : line;
