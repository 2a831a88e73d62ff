import type { Line } from '../../../../src-shared/rpc/builds';
import { bytes, clock, plural } from '../../../../src-shared/format';
import { lineNumber } from '../../../../src-shared/line-id';
import type { LineLane } from '../../../../src-shared/timeline/line-lanes';
import { visibleName } from '../../../../src-shared/visible';
import { outcomeOf } from '../../../text/outcomes';

/** What names a line in sentences about another one. */
interface NamedLines {
  readonly columns: readonly unknown[];
  readonly lines: { nameOf(id: string): string };
}

/** The second row of a lane's label: its number, when it was used last, and what it holds. */
export function lineFacts({ line, number, run }: LineLane): string {
  const facts = line.active
    ? ['active', ...(run ? [`${outcomeOf(run)} ${clock(run.startedAt)}`] : [])]
    : [clock(line.usedAt), ...(line.bytes === null ? [] : [`${bytes(line.bytes)} own`])];
  return [`Line ${number}`, ...facts, ...outputsText(line)].join(' · ');
}

/** A lane as one sentence for screen readers and tooltips. */
export function lineText({ line, cells, marks, run }: LineLane, { columns, lines }: NamedLines): string {
  const own = line.active ? [] : [`${cells.length} of ${plural(columns.length, 'step')} of its own`];
  const facts = [
    `line ${line.name}`,
    line.active ? 'active' : 'parked',
    ...(line.pinned ? ['pinned'] : []),
    ...own,
    ...(line.active || marks.length === 0 ? [] : [plural(marks.length, 'checkpoint')]),
    ...(line.parent ? [leftText(line.parent, lines)] : []),
    ...(run ? [outcomeOf(run)] : []),
    ...(line.bytes === null ? [] : [`${bytes(line.bytes)} of its own`]),
    ...outputsText(line),
  ];
  return visibleName(facts.join(', '));
}

/** The finished files of a line: `2 outputs`. */
const outputsText = ({ outputs }: Pick<Line, 'outputs'>): string[] =>
  outputs === 0 ? [] : [plural(outputs, 'output')];

/** Where a line left another one: `left main before grub-setup`. */
export function leftText(parent: NonNullable<Line['parent']>, lines: NamedLines['lines']): string {
  const place = parent.step === null ? 'at the beginning' : `before ${parent.step}`;
  return visibleName(`left ${lines.nameOf(parent.line)} ${place}`);
}

/** The fold of lines that are not shown. */
export function foldText(folded: readonly LineLane[]): string {
  const known = folded.map(({ line }) => line.bytes);
  const total = known.every((one) => one !== null) ? known.reduce((sum, one) => sum + one, 0) : undefined;
  return [`${folded.length} more lines`, ...(total === undefined ? [] : [bytes(total)])].join(', ');
}

/** The number and the name of a line, because several can have one name: `Line 2, hostname: a → b`. */
export const titledLine = ({ id, name }: Pick<Line, 'id' | 'name'>): string =>
  visibleName(`Line ${lineNumber(id)}, ${name}`);
