import { AppError } from '../../src-shared/errors';
import type { PackageDetails } from '../../src-shared/engine-answers/packages';
import { bytes } from '../../src-shared/format';
import { editionOf } from '../packages/catalogue-file';
import { openPackages } from '../packages/open';
import { defineCommand, JSON_OPTION, STDIN_OPTION, type OptionTable, type Parsed } from './command';
import { printAnswer, printLines } from './print';
import { readNamedManifest } from './manifest-text';

const OPTIONS = {
  json: JSON_OPTION,
  stdin: STDIN_OPTION,
} as const satisfies OptionTable;

export const showCommand = defineCommand({
  name: 'show',
  summary: 'details of a package in the repositories',
  usage: ['[--stdin] [--json] MANIFEST PACKAGE'],
  description: ['Prints all details of a package in the repositories of a manifest.'],
  options: OPTIONS,
  operands: { min: 2, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', name = ''] = positionals;
  const { manifest } = await readNamedManifest(operand, values.stdin);
  const opened = await openPackages(manifest);
  await editionOf(opened, false);
  const details = await opened.source.details(name);
  if (!details)
    throw new AppError(
      'missing',
      `No repository of the manifest has a package ${name}.`,
      'Search for it: distro_const search MANIFEST WORD',
    );
  if (values.json) printAnswer<PackageDetails>(details);
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
    ...list('Provides', details.provides),
    ...list(
      'Versions',
      details.versions.map(({ version, from }) => `${version}  ${from}`),
    ),
  ];
}
