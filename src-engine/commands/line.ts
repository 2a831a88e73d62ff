import type { LineAnswer } from '../../src-shared/engine-answers/lines';
import { AppError } from '../../src-shared/errors';
import { FIRST_LINE, isLineId } from '../../src-shared/line-id';
import { findLine } from '../lines/find-line';
import { readLines, writeLines, type LineFile, type LineRecord } from '../lines/line-file';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { openPlaces } from './context';
import { printAnswer, printLines } from './print';
import { pruneLines } from './prune-lines';
import { underLock } from './under-lock';

const OPTIONS = {
  yes: { type: 'boolean', description: 'remove it' },
  json: JSON_OPTION,
} as const satisfies OptionTable;

export const lineCommand = defineCommand({
  name: 'line',
  summary: 'names, describes, pins or removes a line',
  usage: [
    'rename [--json] MANIFEST LINE NAME',
    'describe [--json] MANIFEST LINE TEXT',
    'pin [--json] MANIFEST LINE',
    'unpin [--json] MANIFEST LINE',
    'remove [--yes] [--json] MANIFEST LINE',
  ],
  description: [
    'Changes the record of a line, or removes the line. `rename` and `describe` give a line another name or description. A pinned line is never chosen by `prune --older-than`, `--keep-last` and `--to-size`. `remove` is `prune --line`: it lists what goes, and removes it with `--yes`.',
  ],
  options: OPTIONS,
  operands: { min: 3, max: 4 },
  run,
});

/** The changes of a line's record by the name of the action. */
const CHANGES: Readonly<Record<string, (line: LineRecord, text: string) => LineRecord>> = {
  rename: (line, name) => ({ ...line, name: oneLine(name) }),
  describe: (line, description) => ({ ...line, description: oneLine(description) }),
  pin: (line) => ({ ...line, pinned: true }),
  unpin: (line) => ({ ...line, pinned: false }),
};
const MAX_NAME_CHARACTERS = 100;
const MAX_DESCRIPTION_CHARACTERS = 1000;
const WITH_TEXT = ['rename', 'describe'];

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [action = '', operand = '', designator = '', text] = positionals;
  if (action === 'remove' && text === undefined)
    return pruneLines(operand, { line: [designator], yes: values.yes ?? false, json: values.json ?? false });
  const change = Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined;
  if (!change || WITH_TEXT.includes(action) !== (text !== undefined) || (text?.trim() === '' && action === 'rename'))
    throw new AppError('usage', `The arguments of line ${action} are wrong.`);
  const before = await openPlaces(operand);
  findLine(readLines(before.area), designator);
  const line = await underLock(before, operand, 'lines', ({ area }) => {
    const lines = readLines(area);
    const found = findLine(lines, designator);
    const changed = change(found, text ?? '');
    refuseName(lines, changed);
    writeLines(area, { ...lines, lines: lines.lines.map((one) => (one.id === found.id ? changed : one)) });
    return Promise.resolve(changed);
  });
  const { id, name, description, pinned } = line;
  if (values.json) printAnswer<LineAnswer>({ line: id, name, description, pinned });
  else printLines([`${id}: ${name}${pinned ? ', pinned' : ''}${description === '' ? '' : `: ${description}`}`]);
  return 0;
}

/** Refuses a name that is not that of one line only, now and later, and texts that are too long for a list. */
function refuseName({ lines }: LineFile, { id, name, description }: LineRecord): void {
  const refuse = (why: string): AppError => new AppError('refused', why, 'Choose another name.');
  if (lines.some((other) => other.id !== id && [other.id, other.name].includes(name)))
    throw refuse(`Another line has the name ${name}.`);
  // An id comes before a name, so that a later line would take over the name.
  if (isLineId(name) && ![FIRST_LINE, id].includes(name))
    throw refuse(`${name} is the id of another line, or of a later one.`);
  if (name.length > MAX_NAME_CHARACTERS)
    throw refuse(`A name has at most ${MAX_NAME_CHARACTERS} characters; this one has ${name.length}.`);
  if (description.length > MAX_DESCRIPTION_CHARACTERS)
    throw new AppError(
      'refused',
      `A description has at most ${MAX_DESCRIPTION_CHARACTERS} characters; this one has ${description.length}.`,
    );
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
