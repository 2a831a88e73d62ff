import { positionAt } from '../../src-shared/manifest/source';
import { resolveArea } from '../area/area';
import { problemLine, readManifestFile, type ManifestFile } from '../area/manifest-file';
import { startProblems } from '../area/start-problems';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { printJson, printLines } from './print';

const OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const validateCommand = defineCommand({
  name: 'validate',
  summary: 'every problem of the manifest with file, line and column',
  usage: ['[--json] MANIFEST'],
  description: [
    'Prints every problem of a manifest with its place in the file. The exit status is 1 when one of them is an error.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const file = await readManifestFile(positionals[0] ?? '');
  const starting = startProblems(file, await areaPath(file));
  const known = new Set(starting.map(({ code, range }) => `${code} ${range?.start}`));
  const problems = [
    ...file.problems.filter(({ code, range }) => !known.has(`${code} ${range?.start}`)), // a warning that counts as an error here
    ...starting,
  ];
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (values.json)
    printJson({
      valid: errors === 0,
      layout: file.manifest.layout,
      problems: problems.map((problem) => ({ ...problem, ...positionAt(file.source, problem.range?.start ?? 0) })),
    });
  else
    printLines([
      ...problems.map((problem) => problemLine(file, problem)),
      errors === 0 ? `${file.path} is valid.` : `${file.path} has ${errors} error${errors === 1 ? '' : 's'}.`,
    ]);
  return errors === 0 ? 0 : 1;
}

/**
 * The path of the build area; `undefined` when this host cannot determine it, which is not a problem of the manifest.
 */
function areaPath(file: ManifestFile): Promise<string | undefined> {
  return resolveArea(file.manifest.buildArea).then(
    ({ mountpoint }) => mountpoint,
    () => undefined,
  );
}
