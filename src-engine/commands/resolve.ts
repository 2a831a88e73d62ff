import type { ResolveAnswer } from '../../src-shared/engine-answers/packages';
import { sizesOf } from '../../src-shared/packages/costs';
import { bytes, plural } from '../../src-shared/format';
import { editionOf } from '../packages/catalogue-file';
import { entriesOf } from '../packages/entries';
import { openPackages } from '../packages/open';
import { defineCommand, JSON_OPTION, STDIN_OPTION, type OptionTable, type Parsed } from './command';
import { printAnswer, printLines } from './print';
import { readNamedManifest } from './manifest-text';
import { editionLines } from './edition-lines';

const OPTIONS = {
  json: JSON_OPTION,
  refresh: { type: 'boolean', description: 'fetch the package lists even when they are cached' },
  stdin: STDIN_OPTION,
} as const satisfies OptionTable;

export const resolveCommand = defineCommand({
  name: 'resolve',
  summary: 'the packages that would be installed, with dependencies and sizes',
  usage: ['[--refresh] [--stdin] [--json] MANIFEST'],
  description: [
    'Prints the packages that would be installed, with dependencies and sizes, as the installer would decide. The exit status is 1 when one of them cannot be installed.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { manifest } = await readNamedManifest(positionals[0] ?? '', values.stdin);
  const opened = await openPackages(manifest);
  const edition = await editionOf(opened, values.refresh ?? false);
  const { packages, problems, notes } = await opened.source.resolve(entriesOf(manifest));
  const answer: ResolveAnswer = { ...edition, packages: [...packages], problems: [...problems], notes: [...notes] };
  if (values.json) printAnswer<ResolveAnswer>(answer);
  else printLines(linesOf(answer));
  return problems.length > 0 ? 1 : 0;
}

function linesOf(answer: ResolveAnswer): string[] {
  const { packages, problems, notes } = answer;
  const { installed, download, base, shared, costs } = sizesOf(packages);
  // Some catalogues have no sizes; then the column is left out.
  const hasSizes = packages.some(({ installedSize }) => installedSize !== undefined);
  const wide = Math.max(20, ...costs.map(({ entry }) => entry.length));
  return [
    [
      `${costs.length} named, ${packages.length} resolved`,
      ...(hasSizes ? [`${bytes(installed)} installed, ${bytes(download)} to download`] : []),
    ].join(', '),
    ...costs.map(({ entry, own, ownBytes }) =>
      own.length === 0
        ? `  ${entry.padEnd(wide)}            needed by others too`
        : `  ${entry.padEnd(wide)} ${(hasSizes ? bytes(ownBytes) : '').padStart(10)} ${own.length === 1 ? '' : `with ${plural(own.length - 1, 'package')} that only it needs`}`.trimEnd(),
    ),
    ...(shared === 0 ? [] : [`  ${'needed by several'.padEnd(wide)} ${bytes(shared).padStart(10)}`]),
    ...(base === 0 ? [] : [`  ${'the base system'.padEnd(wide)} ${bytes(base).padStart(10)}`]),
    ...problems.map(({ name, message, instead }) =>
      [`${name}: ${message}`, ...(instead.length === 0 ? [] : [`Did you mean ${instead.join(', ')}?`])].join(' '),
    ),
    ...notes,
    ...editionLines(answer),
  ];
}
