import { CatalogueSearch } from '../../src-shared/packages/search';
import { bytes } from '../../src-shared/words';
import { catalogueEntries, editionOf } from '../packages/catalogue-file';
import { openPackages } from '../packages/open';
import { AppError } from '../../src-shared/errors';
import { parseWords, printJson, printLines } from './context';
import { readNamedManifest } from './manifest-text';

export const SEARCH_USAGE = 'distro_const search [--limit N] [--json] MANIFEST WORD...';

/** Entries that are printed unless more are asked for. */
const USUAL_LIMIT = 30;

/** `search`: the packages of a manifest's repositories that have all the words, the best first. Exit status 1 when there is none. */
export async function searchCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' }, limit: { type: 'string' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 2, most: Infinity }, SEARCH_USAGE);
  const limit = Number(values.limit ?? USUAL_LIMIT);
  if (!Number.isInteger(limit) || limit < 1) throw new AppError('usage', `Usage: ${SEARCH_USAGE}`);
  const [operand = '', ...query] = positionals;
  const { manifest } = await readNamedManifest(operand, false);
  const opened = await openPackages(manifest);
  const entries = await catalogueEntries(opened, await editionOf(opened, false));
  const found = new CatalogueSearch(entries).find(query.join(' '));
  const best = found.slice(0, limit).flatMap((index) => entries[index] ?? []);
  if (values.json) printJson({ total: found.length, packages: best });
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
