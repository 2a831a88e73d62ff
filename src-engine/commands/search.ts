import type { SearchAnswer } from '../../src-shared/engine-answers/packages';
import { CatalogueSearch } from '../../src-shared/packages/search';
import { bytes } from '../../src-shared/format';
import { catalogueEntries, editionOf } from '../packages/catalogue-file';
import { openPackages } from '../packages/open';
import { AppError } from '../../src-shared/errors';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { printAnswer, printLines } from './print';
import { readNamedManifest } from './manifest-text';

/** The number of printed entries without `--limit`. */
const USUAL_LIMIT = 30;

const OPTIONS = {
  json: JSON_OPTION,
  limit: { type: 'string', value: 'N', description: 'print at most N packages; default: 30' },
} as const satisfies OptionTable;

export const searchCommand = defineCommand({
  name: 'search',
  summary: 'packages of the repositories that match all words, the best first',
  usage: ['[--limit N] [--json] MANIFEST WORD...'],
  description: [
    "Prints the packages of a manifest's repositories that match all words, the best first. The exit status is 1 when there is none.",
  ],
  options: OPTIONS,
  operands: { min: 2, max: Infinity },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const limit = Number(values.limit ?? USUAL_LIMIT);
  if (!Number.isInteger(limit) || limit < 1)
    throw new AppError('usage', `--limit must be a number of at least 1, not ${values.limit}.`);
  const [operand = '', ...query] = positionals;
  const { manifest } = await readNamedManifest(operand, false);
  const opened = await openPackages(manifest);
  const entries = await catalogueEntries(opened, await editionOf(opened, false));
  const found = new CatalogueSearch(entries).find(query.join(' '));
  const best = found.slice(0, limit).flatMap((index) => entries[index] ?? []);
  if (values.json) printAnswer<SearchAnswer>({ total: found.length, packages: best });
  else {
    const wide = Math.max(...best.map(({ name }) => name.length), 0);
    printLines(
      best.map(
        ({ name, installedSize, summary }) => `${name.padEnd(wide)}  ${bytes(installedSize).padStart(10)}  ${summary}`,
      ),
    );
    if (found.length > best.length) printLines([`… and ${found.length - best.length} more`]);
  }
  return found.length === 0 ? 1 : 0;
}
