import { checkStepNames } from '../../src-shared/manifest/validate';
import { positionAt } from '../../src-shared/manifest/source';
import { problemLine, readManifestFile } from '../area/manifest-file';
import { parseWords, printJson, printLines } from './context';

export const VALIDATE_USAGE = 'distro_const validate [--json] MANIFEST';

/** `validate`: every problem of a manifest with its place in the file. Exit status 1 when one of them is an error. */
export async function validateCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 1, most: 1 }, VALIDATE_USAGE);
  const file = await readManifestFile(positionals[0] ?? '');
  const problems = [...file.problems, ...checkStepNames(file.manifest)];
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
