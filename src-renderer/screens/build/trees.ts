import { parseTree, treeName } from '../../../src-shared/checkpoints/tree-name';
import type { Line } from '../../../src-shared/rpc/builds';
import { visibleName } from '../../../src-shared/visible';
import type { Builds } from '../../state/builds.svelte';
import { titledLine } from './timeline/line-labels';

/** A tree to compare with. */
interface Tree {
  /** As the commands of the engine name it. */
  readonly name: string;
  /** `3 br-init`, or `the end`. */
  readonly text: string;
  /** Missing for the end of a line. */
  readonly takenAt?: number;
}

/** The trees of a line. */
interface TreeGroup {
  readonly title: string;
  readonly trees: readonly Tree[];
}

/** The selected tree as the commands of the engine name it; `undefined` where there is none. */
export function selectedTree({ lines, selected }: Builds): string | undefined {
  const { line } = lines.selected ?? {};
  if (!line) return selected?.snapshot ? selected.step : undefined;
  const step = line.checkpoints.find((one) => one.step === selected?.step)?.step ?? '';
  return treeName({ line: line.id, step });
}

/** A tree for sentences: `c`, `c of “main”`, or `the end of “main”`. */
export function treeTitle(name: string, { lines }: Builds): string {
  const { line, step } = parseTree(name);
  return visibleName(line === undefined ? step : `${step === '' ? 'the end' : step} of “${lines.nameOf(line)}”`);
}

/**
 * The trees that another one can be compared with, by line. Of the line of the build data these are the earlier checkpoints while there
 * is no other line.
 */
export function treeGroups(builds: Builds, compared: string): TreeGroup[] {
  const { columns, lines } = builds;
  const isAlone = lines.parked.length === 0;
  const before = builds.selected?.index ?? 0;
  const own: Tree[] = columns.flatMap(({ step, index, snapshot }) =>
    snapshot && step !== compared && (!isAlone || index < before)
      ? [{ name: step, text: visibleName(`${index + 1} ${step}`), takenAt: snapshot.takenAt }]
      : [],
  );
  const active = lines.active;
  const end = (line: Line): Tree => ({ name: treeName({ line: line.id, step: '' }), text: 'the end' });
  const others = lines.parked.map((line): TreeGroup => {
    const trees = line.checkpoints.map(({ step, takenAt }): Tree => {
      const index = columns.find((column) => column.step === step)?.index;
      const number = index === undefined ? '' : `${index + 1} `;
      return { name: treeName({ line: line.id, step }), text: visibleName(`${number}${step}`), takenAt };
    });
    return { title: titledLine(line), trees: [...trees, end(line)].filter(({ name }) => name !== compared) };
  });
  const all = [
    { title: active ? titledLine(active) : '', trees: isAlone || !active ? own : [...own, end(active)] },
    ...others,
  ];
  return all.filter(({ trees }) => trees.length > 0);
}

/** What a tree is compared with at first: the checkpoint before it, or for a parked one the same step of the line of the build data. */
export function comparedByDefault({ lines, columns, previous }: Builds, compared: string): string | undefined {
  const { line, step } = parseTree(compared);
  if (line === undefined) return previous?.step;
  if (columns.some((column) => column.step === step && column.snapshot !== null)) return step;
  return lines.active && treeName({ line: lines.active.id, step: '' });
}
