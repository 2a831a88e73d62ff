import type { ExtractAnswer } from '../../src-shared/engine-answers/files';
import { describeCopy, extract, extractPlace, needsRoot } from '../area/extract';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { inspect } from './inspect';
import { printAnswer, printLines } from './print';
import { stoppable } from './stoppable';
import { TREE_NAMES } from './tree-name';

const OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const extractCommand = defineCommand({
  name: 'extract',
  summary: 'writes the tree of a checkpoint into a folder',
  usage: ['[--json] MANIFEST TREE FOLDER'],
  description: [
    'Writes the exact tree of a checkpoint with all its metadata into FOLDER, which must not exist or be empty. FOLDER itself gets the metadata of the build data. The checkpoint and the build area are not changed, and a build may run.',
    'The exit status is 0 only for an exact copy; otherwise nothing is left in FOLDER. Only root can give files to other owners, create devices, and set security attributes such as capabilities. For other users these are left out, and one line on standard error counts them.',
    TREE_NAMES,
  ],
  options: OPTIONS,
  operands: { min: 3, max: 3 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', step = '', folder = ''] = positionals;
  return stoppable(async (signal) => {
    const { place, extracted } = await inspect(
      operand,
      async (inspection) => {
        const free = extractPlace(inspection.context.area, folder);
        const view = await inspection.open(step);
        return { place: free, extracted: await extract(view, free, signal, () => inspection.confirm()) };
      },
      signal,
    );
    const { files, folders, links, others, bytes, devices, owners, attributes } = extracted;
    const leftOut = { devices: devices.length, owners: owners.length, attributes };
    const notice = needsRoot(extracted);
    if (notice !== undefined) process.stderr.write(`${notice}\n`);
    if (values.json)
      printAnswer<ExtractAnswer>({ step, folder: place.folder, files, folders, links, others, bytes, leftOut });
    else printLines([`${place.folder}: ${describeCopy(extracted)}`]);
  });
}
