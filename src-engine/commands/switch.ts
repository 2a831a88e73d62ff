import type { SwitchAnswer } from '../../src-shared/engine-answers/lines';
import { AppError } from '../../src-shared/errors';
import { findLine } from '../lines/find-line';
import { LineChanges } from '../lines/line-changes';
import { readLines } from '../lines/line-file';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { openPlaces, type AreaContext } from './context';
import { printAnswer, printLines } from './print';
import { underLock } from './under-lock';

const OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const switchCommand = defineCommand({
  name: 'switch',
  summary: 'makes a kept line the one of the build data',
  usage: ['[--json] MANIFEST LINE'],
  description: [
    'Makes the last tree, the checkpoints and the images of a line those of the build area, and parks the present ones. Nothing runs, and nothing is lost. LINE is its id or its name.',
  ],
  options: OPTIONS,
  operands: { min: 2, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', designator = ''] = positionals;
  const before = await openPlaces(operand);
  findLine(readLines(before.area), designator);
  const { line, left, name } = await underLock(before, operand, 'lines', (context) => change(context, designator));
  if (values.json) printAnswer<SwitchAnswer>({ line, left });
  else
    printLines([line === left ? `${name} is the line of the build data already.` : `Switched to ${name} (${line}).`]);
  return 0;
}

async function change({ area, backend, snapshots }: AreaContext, designator: string) {
  const lines = readLines(area);
  const { id, name } = findLine(lines, designator);
  if (id !== lines.active)
    try {
      await new LineChanges(area, backend, snapshots).activate(id);
    } catch (error) {
      if ((await backend.lines.list()).has(id)) throw error;
      throw new AppError('missing', `The line ${name} has no build data any more.`, removal(id));
    }
  return { line: id, left: lines.active, name };
}

const removal = (id: string): string => `Remove it from the list: distro_const line remove MANIFEST ${id} --yes`;
