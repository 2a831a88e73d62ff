import type { Problem } from '../../src-shared/manifest/problems';
import { packagesRule } from '../../src-shared/manifest/rules/packages';
import { repositoriesRule } from '../../src-shared/manifest/rules/repositories';
import { validationAnswer } from '../../src-shared/manifest/validation-answer';
import { resolveArea } from '../area/area';
import { problemLine, type ManifestFile } from '../area/manifest-file';
import { scriptProblems } from '../area/start-problems';
import { stepCheckProblems } from '../area/step-checks';
import {
  checkVariant,
  placed,
  readVariant,
  variantLine,
  variantNames,
  type VariantFile,
} from '../variants/variant-files';
import { defineCommand, JSON_OPTION, STDIN_OPTION, type OptionTable, type Parsed } from './command';
import { readNamedManifest } from './manifest-text';
import { printJson, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  stdin: STDIN_OPTION,
} as const satisfies OptionTable;

export const validateCommand = defineCommand({
  name: 'validate',
  summary: 'every problem of the manifest with file, line and column',
  usage: ['[--stdin] [--json] MANIFEST'],
  description: [
    "Prints every problem of a manifest on this host with its place in the file: structure, values, checkpoint names, scripts, the order of steps, values that a script's description refuses, a lock of another package list, variants that cannot be applied, and names of packages where the package lists of its repositories are cached (`distro_const catalogue`), and what of the repositories and of the host's APT configuration is not followed. No network is used.",
    'The exit status is 1 when one of the problems is an error. A warning does not change it.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const file = await readNamedManifest(positionals[0] ?? '', values.stdin);
  const problems: readonly Problem[] = [
    ...file.problems,
    ...scriptProblems(file.manifest.steps, await areaPath(file)),
    ...stepCheckProblems(file, file.manifest.steps),
    ...(await packageProblems(file)),
  ];
  const variants = checkedVariants(file);
  const all = [...problems, ...variants.flatMap((variant) => variant.problems)];
  const errors = all.filter(({ severity }) => severity === 'error').length;
  if (values.json)
    printJson({
      ...validationAnswer(file, problems),
      valid: errors === 0,
      variants: variants.map(({ name, path, source, problems: own }) => ({
        name,
        file: path,
        problems: placed(source, own),
      })),
    });
  else
    printLines([
      ...problems.map((problem) => problemLine(file, problem)),
      ...variants.flatMap((variant) => variant.problems.map((problem) => variantLine(variant, problem))),
      errors === 0 ? `${file.path} is valid.` : `${file.path} has ${errors} error${errors === 1 ? '' : 's'}.`,
    ]);
  return errors === 0 ? 0 : 1;
}

/** The variants of the manifest with their problems. */
function checkedVariants(file: ManifestFile): VariantFile[] {
  return variantNames(file.path).map((name) => {
    const read = readVariant(file, name);
    return { ...read, problems: checkVariant(file, read).problems };
  });
}

/** Returns the path of the build area; `undefined` when this host cannot resolve it, which is not a problem of the manifest. */
function areaPath(file: ManifestFile): Promise<string | undefined> {
  return resolveArea(file.manifest.buildArea).then(
    ({ mountpoint }) => mountpoint,
    () => undefined,
  );
}

/** Problems of packages and repositories. Loaded only for a manifest with packages, because it is a large part of the program. */
async function packageProblems(file: ManifestFile): Promise<Problem[]> {
  if (file.manifest.packages.length === 0) return [];
  const { cachedPackageFaults } = await import('../packages/cached-faults');
  const { lockProblems } = await import('../packages/lock/lock-problems');
  const faults = await cachedPackageFaults(file.manifest);
  const all = file.manifest.steps.map(({ index }) => index);
  return [...lockProblems(file, all), ...repositoriesRule.check(file, faults), ...packagesRule.check(file, faults)];
}
