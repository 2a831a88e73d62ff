import type { Line } from '../rpc/builds';

/** Where a line leaves another one in the picture: the row of that line, and the last checkpoint that both have. */
export interface LeavingPoint {
  readonly row: number;
  /** The step of that checkpoint. */
  readonly step: string;
}

/** A line and its place in the picture. */
export interface PlacedLine {
  readonly line: Line;
  /** Missing for the line of the build data, and for one that shares no checkpoint with another. */
  readonly leaves?: LeavingPoint;
  /** Its checkpoints after that point. */
  readonly own: Line['checkpoints'];
}

interface Branch {
  readonly line: Line;
  /** How many checkpoints it shares with the line that it leaves. */
  readonly shared: number;
  readonly branches: Branch[];
}

/**
 * Orders lines for the picture: the line of the build data first, below each line those that leave it, the latest leaving one nearest, so
 * that connectors do not cross.
 *
 * Which line left which is a matter of view: seen from the line of the build data, each other one leaves where their common beginning
 * ends, whichever of both was made by the fork.
 */
export function placeLines(lines: readonly Line[]): PlacedLine[] {
  const [root, ...others] = lines;
  if (!root) return [];
  const tree = grow({ line: root, shared: 0, branches: [] }, others);
  const placed: PlacedLine[] = [];
  place(tree, undefined, placed);
  return placed;
}

/** Adds each line to the one with which it shares most, the longest common beginnings first. */
function grow(root: Branch, others: readonly Line[]): Branch {
  const placed = [root];
  const nearest = new Map(others.map((line) => [line, { parent: root, shared: sharedCount(line, root.line) }]));
  while (nearest.size > 0) {
    const [line, { parent, shared }] = [...nearest].reduce((best, one) =>
      one[1].shared > best[1].shared ? one : best,
    );
    nearest.delete(line);
    const branch: Branch = { line, shared, branches: [] };
    parent.branches.push(branch);
    placed.push(branch);
    for (const [other, known] of nearest) {
      const count = sharedCount(other, line);
      if (count > known.shared) nearest.set(other, { parent: branch, shared: count });
    }
  }
  return root;
}

function place({ line, shared, branches }: Branch, row: number | undefined, placed: PlacedLine[]): void {
  const last = line.checkpoints[shared - 1];
  const own = line.checkpoints.slice(shared);
  placed.push({ line, own, ...(row !== undefined && last && { leaves: { row, step: last.step } }) });
  const at = placed.length - 1;
  const order = [...branches].sort((a, b) => b.shared - a.shared || b.line.usedAt - a.line.usedAt);
  for (const branch of order) place(branch, at, placed);
}

/** How many checkpoints two lines have in common, from the first one on. */
function sharedCount(a: Line, b: Line): number {
  const most = Math.min(forkCount(a, b), forkCount(b, a));
  const differs = a.checkpoints.findIndex((one, index) => {
    const other = b.checkpoints[index];
    return one.step !== other?.step || one.takenAt !== other.takenAt || one.key !== other.key;
  });
  return Math.min(most, differs < 0 ? a.checkpoints.length : differs);
}

/** The number of checkpoints that a fork of `a` from `b` took over. Checkpoints of two quick builds can have one time and one key. */
function forkCount({ parent, checkpoints }: Line, b: Line): number {
  if (parent?.line !== b.id) return Infinity;
  const at = checkpoints.findIndex(({ step }) => step === parent.step);
  return parent.step === null ? 0 : at < 0 ? Infinity : at + 1;
}
