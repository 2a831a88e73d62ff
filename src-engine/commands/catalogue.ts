import { catalogueFile, editionOf } from '../packages/catalogue-file';
import { openPackages } from '../packages/open';
import { editionLines } from './package-words';
import { parseWords, printJson, printLines } from './context';
import { readNamedManifest } from './manifest-text';

export const CATALOGUE_USAGE = 'distro_const catalogue [--refresh] [--stdin] [--json] MANIFEST';

/** `catalogue`: what the repositories of a manifest have, fetched when it is not kept yet or `--refresh` says so. */
export async function catalogueCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' }, refresh: { type: 'boolean' }, stdin: { type: 'boolean' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 1, most: 1 }, CATALOGUE_USAGE);
  const { manifest } = await readNamedManifest(positionals[0] ?? '', values.stdin);
  const opened = await openPackages(manifest);
  const answer = await catalogueFile(opened, await editionOf(opened, values.refresh ?? false));
  if (values.json) printJson(answer);
  else printLines([`${answer.count} packages`, ...editionLines(answer)]);
  return 0;
}
