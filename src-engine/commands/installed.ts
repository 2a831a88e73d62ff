import { comparePackages, type PackageDifference } from '../../src-shared/packages/compare';
import { checkpointName } from '../../src-shared/checkpoints/model';
import type {
  FilesAnswer,
  InstalledAnswer,
  InstalledDifference,
  InstalledPackage,
} from '../../src-shared/engine-answers/packages';
import { AppError } from '../../src-shared/errors';
import { runNames } from '../area/run-names';
import { editionOf } from '../packages/catalogue-file';
import { readFilesOf, readInstalled } from '../packages/image/installed';
import { runPackages } from '../packages/image/run-packages';
import { entriesOf } from '../packages/entries';
import { openPackages } from '../packages/open';
import type { TreeView } from '../snapshots/tree-view';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { inspect, type Inspection } from './inspect';
import { printAnswer, printLines } from './print';
import { TREE_NAMES } from './tree-name';

/**
 * The keyword for the planned packages instead of the installed ones. A step of that name can be given by its number.
 */
const RESOLVED = 'resolved';

const OPTIONS = {
  json: JSON_OPTION,
  files: { type: 'string', value: 'PACKAGE', description: 'print the files of this package' },
} as const satisfies OptionTable;

export const installedCommand = defineCommand({
  name: 'installed',
  summary: 'packages in the image, or files of one',
  usage: ['[--json] MANIFEST [WHAT [WHAT]]', '--files PACKAGE [--json] MANIFEST'],
  description: [
    'Prints the packages in the image. WHAT is a tree, a run, or `resolved` (what would be installed). Without WHAT it reads the checkpoint after the step that installs packages. Two are compared.',
    'With `--files` it prints the files of a package in the image.',
    TREE_NAMES,
  ],
  options: OPTIONS,
  operands: { min: 1, max: 3 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', first, second] = positionals;
  if (values.files !== undefined && first !== undefined) throw new AppError('usage', '--files takes a MANIFEST only.');
  const { files } = values;
  if (files !== undefined) {
    const answer = await inspect(operand, (inspection) => filesOf(inspection, files));
    if (values.json) printAnswer<FilesAnswer>(answer);
    else printLines(answer.files);
    return 0;
  }
  if (second === undefined) {
    const before = await inspect(operand, (inspection) => packagesOf(inspection, first));
    if (values.json) printAnswer<InstalledAnswer>(before);
    else printLines(before.packages.map(({ name, version }) => `${name} ${version}`));
    return 0;
  }
  const [before, after] = await inspect(operand, async (inspection) => [
    await packagesOf(inspection, first),
    await packagesOf(inspection, second),
  ]);
  const difference = comparePackages(before.packages, after.packages);
  if (values.json) printAnswer<InstalledDifference>({ from: before.of, to: after.of, ...difference });
  else printLines(linesOf(difference));
  return 0;
}

async function packagesOf(inspection: Inspection, what: string | undefined): Promise<InstalledAnswer> {
  if (what === undefined) return firstInstalled(inspection);
  if (what === RESOLVED) return { of: RESOLVED, packages: await resolved(inspection) };
  const { area } = inspection.context;
  const packages = runNames(area).includes(what)
    ? await runPackages(area, what)
    : await readInstalled((await inspection.open(what)).tree);
  if (packages) return { of: what, packages };
  throw new AppError(
    'missing',
    `The image has no package database at ${what}.`,
    'The step that installs packages may not have run by then, or it unpacks them without an installer.',
  );
}

/**
 * The first checkpoint with packages, which is the one after the step that installs them; otherwise the present build
 * data.
 */
async function readFirst<T>(
  inspection: Inspection,
  read: (data: TreeView) => Promise<T | undefined>,
): Promise<{ readonly of: string; readonly found: T } | undefined> {
  const { file, snapshots } = inspection.context;
  for (const { name } of file.manifest.steps) {
    if (!snapshots.some((snapshot) => snapshot.name === checkpointName(name))) continue;
    const found = await read((await inspection.open(name)).tree);
    if (found !== undefined) return { of: name, found };
  }
  const found = await read(inspection.live());
  return found === undefined ? undefined : { of: 'build data', found };
}

async function filesOf(inspection: Inspection, name: string): Promise<{ of: string; files: string[] }> {
  const first = await readFirst(inspection, (data) => readFilesOf(data, name));
  if (first) return { of: first.of, files: first.found };
  throw new AppError(
    'missing',
    `The image has no package ${name}, or its database does not list its files.`,
    'Build it up to the step after the one that installs packages.',
  );
}

async function firstInstalled(inspection: Inspection): Promise<InstalledAnswer> {
  const first = await readFirst(inspection, readInstalled);
  if (first) return { of: first.of, packages: first.found };
  throw new AppError(
    'missing',
    'The image has no package database yet.',
    'Build it up to the step after the one that installs packages. A step that only unpacks them leaves none.',
  );
}

async function resolved({ context }: Inspection): Promise<InstalledPackage[]> {
  const opened = await openPackages(context.file.manifest);
  await editionOf(opened, false);
  const { packages } = await opened.source.resolve(entriesOf(context.file.manifest));
  return packages.map(({ name, version }) => ({ name, version }));
}

function linesOf({ added, removed, changed }: PackageDifference): string[] {
  return [
    ...added.map(({ name, version }) => `+ ${name} ${version}`),
    ...removed.map(({ name, version }) => `- ${name} ${version}`),
    ...changed.map(({ name, before, after }) => `~ ${name} ${before} -> ${after}`),
    `${added.length} added, ${changed.length} changed, ${removed.length} removed`,
  ];
}
