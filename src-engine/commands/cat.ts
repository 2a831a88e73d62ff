import { pipeline } from 'node:stream/promises';
import { AppError } from '../../src-shared/errors';
import { defineCommand, type OptionTable, type Parsed } from './command';
import { inspect } from './inspect';
import { findInside } from './names';
import { stoppable } from './stoppable';
import { TREE_NAMES, treeLabel } from './tree-name';

const OPTIONS = {
  bytes: { type: 'string', value: 'N', description: 'print at most the first N bytes' },
} as const satisfies OptionTable;

export const catCommand = defineCommand({
  name: 'cat',
  summary: 'a file of a checkpoint',
  usage: ['[--bytes N] MANIFEST TREE PATH'],
  description: ['Prints a file of a checkpoint on standard output, byte for byte.', TREE_NAMES],
  options: OPTIONS,
  operands: { min: 3, max: 3 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  if (values.bytes !== undefined && !/^[1-9]\d{0,14}$/.test(values.bytes))
    throw new AppError('usage', `--bytes must be a number of at least 1, not ${values.bytes}.`);
  const end = values.bytes === undefined ? undefined : Number(values.bytes) - 1;
  const [operand = '', step = '', path = ''] = positionals;
  return stoppable((signal) =>
    inspect(
      operand,
      async (inspection) => {
        const { tree } = await inspection.open(step);
        const found = await findInside(tree, path, step);
        if (found.entry.type !== 'file')
          throw new AppError(
            'missing',
            `${path} in ${treeLabel(step)} is not a file.`,
            `List it with: distro_const ls ${operand} ${step} ${path}`,
          );
        const content = await tree.read(found.path, end);
        try {
          await inspection.confirm();
          await pipeline(content, process.stdout, { end: false, signal });
        } finally {
          content.destroy();
        }
      },
      signal,
    ),
  );
}
