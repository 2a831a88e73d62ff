import type { CatalogueAnswer } from '../../src-shared/engine-answers/packages';
import { catalogueFile, editionOf } from '../packages/catalogue-file';
import { openPackages } from '../packages/open';
import { defineCommand, JSON_OPTION, STDIN_OPTION, type OptionTable, type Parsed } from './command';
import { editionLines } from './edition-lines';
import { printAnswer, printLines } from './print';
import { readNamedManifest } from './manifest-text';

const OPTIONS = {
  json: JSON_OPTION,
  refresh: { type: 'boolean', description: 'fetch the package lists even when they are cached' },
  stdin: STDIN_OPTION,
} as const satisfies OptionTable;

export const catalogueCommand = defineCommand({
  name: 'catalogue',
  summary: 'what the repositories of the manifest have, and of which date',
  usage: ['[--refresh] [--stdin] [--json] MANIFEST'],
  description: [
    'Prints what the repositories of a manifest have. Package lists are fetched when they are not cached yet, or with `--refresh`.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { manifest } = await readNamedManifest(positionals[0] ?? '', values.stdin);
  const opened = await openPackages(manifest);
  const answer = await catalogueFile(opened, await editionOf(opened, values.refresh ?? false));
  if (values.json) printAnswer<CatalogueAnswer>(answer);
  else printLines([`${answer.count} packages`, ...editionLines(answer)]);
  return 0;
}
