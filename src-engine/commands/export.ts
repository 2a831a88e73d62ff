import { existsSync } from 'node:fs';
import { AppError } from '../../src-shared/errors';
import { readManifestFile } from '../area/manifest-file';
import { writeFileAtomically } from '../system/files';
import { copyMode } from '../system/modes';
import { realPath } from '../system/real-path';
import { openVariant } from '../variants/variant-files';
import { defineCommand, type OptionTable, type Parsed } from './command';

const OPTIONS = {
  variant: { type: 'string', value: 'NAME', description: 'the variant, by the name of its file without .xml' },
  output: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    description: 'write it to this file, not to standard output',
  },
} as const satisfies OptionTable;

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'writes a variant as a plain manifest',
  usage: ['--variant NAME [-o FILE] MANIFEST'],
  description: [
    'Applies `variants/NAME.xml` to the manifest and prints the result: a plain manifest, which the original command builds as well. Text that the variant does not change stays as it is, byte for byte.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { variant, output } = values;
  if (variant === undefined) throw new AppError('usage', 'Name the variant: --variant NAME.');
  const file = await readManifestFile(positionals[0] ?? '');
  const built = openVariant(file, variant);
  if (output === undefined) {
    process.stdout.write(built.bytes);
    return 0;
  }
  if (existsSync(output) && realPath(output) === realPath(file.path))
    throw new AppError('refused', `${output} is the manifest itself.`, 'Choose another file.');
  writeFileAtomically(output, built.bytes, copyMode(file.mode));
  return 0;
}
