import { AppError } from '../../src-shared/errors';
import type { PackageDetails } from '../../src-shared/packages/model';
import { bytes } from '../../src-shared/words';
import { editionOf } from '../packages/catalogue-file';
import { openPackages } from '../packages/open';
import { parseWords, printJson, printLines } from './context';
import { readNamedManifest } from './manifest-text';

export const SHOW_USAGE = 'distro_const show [--stdin] [--json] MANIFEST PACKAGE';

/** `show`: everything that the repositories of a manifest say of a package. */
export async function showCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' }, stdin: { type: 'boolean' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 2, most: 2 }, SHOW_USAGE);
  const [operand = '', name = ''] = positionals;
  const { manifest } = await readNamedManifest(operand, values.stdin);
  const opened = await openPackages(manifest);
  await editionOf(opened, false);
  const details = await opened.source.details(name);
  if (!details)
    throw new AppError(
      'missing',
      `No repository of the manifest has a package ${name}.`,
      'Look for it with distro_const search.',
    );
  if (values.json) printJson(details);
  else printLines(linesOf(details));
  return 0;
}

function linesOf(details: PackageDetails): string[] {
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
  return [
    `${details.name} ${details.version}: ${details.summary}`,
    `${details.section}, ${bytes(details.installedSize)} installed, ${bytes(details.downloadSize)} to download`,
    ...(details.homepage === undefined ? [] : [details.homepage]),
    '',
    ...details.description.split('\n'),
    '',
    ...list('Needs', details.depends),
    ...list('Recommends', details.recommends),
    ...list('Conflicts with', details.conflicts),
    ...list('Stands in for', details.provides),
    ...list(
      'Versions',
      details.versions.map(({ version, from }) => `${version}  ${from}`),
    ),
  ];
}
