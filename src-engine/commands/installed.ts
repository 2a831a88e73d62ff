import { comparePackages, type PackageDifference } from '../../src-shared/packages/compare';
import { checkpointName } from '../../src-shared/checkpoints/model';
import type { InstalledAnswer, InstalledPackage } from '../../src-shared/packages/model';
import { AppError } from '../../src-shared/errors';
import { runNames } from '../area/runs';
import { editionOf } from '../packages/catalogue-file';
import { readFilesOf, readInstalled } from '../packages/image/installed';
import { runPackages } from '../packages/image/run-packages';
import { entriesOf, openPackages } from '../packages/open';
import { FolderTree } from '../snapshots/folder-tree';
import type { TreeView } from '../snapshots/tree-view';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { openContext, type AreaContext } from './context';
import { printJson, printLines } from './print';
import { openCheckpoint } from './look-inside';

/** What would be installed, as opposed to what was. A step of that name is reached by its number. */
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
    'Prints the packages in the image. WHAT is a step (its checkpoint), a run, or `resolved` (what would be installed). Without WHAT it reads the checkpoint after the step that installs packages. Two are compared.',
    'With `--files` it prints the files of a package in the image.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 3 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', first, second] = positionals;
  if (values.files !== undefined && first !== undefined) throw new AppError('usage', '--files takes a MANIFEST only.');
  const context = await openContext(operand);
  if (values.files !== undefined) {
    const answer = await filesOf(context, values.files);
    if (values.json) printJson(answer);
    else printLines(answer.files);
    return 0;
  }
  const before = await packagesOf(context, first);
  if (second === undefined) {
    if (values.json) printJson(before);
    else printLines(before.packages.map(({ name, version }) => `${name} ${version}`));
    return 0;
  }
  const after = await packagesOf(context, second);
  const difference = comparePackages(before.packages, after.packages);
  if (values.json) printJson({ from: before.of, to: after.of, ...difference });
  else printLines(linesOf(difference));
  return 0;
}

async function packagesOf(context: AreaContext, what: string | undefined): Promise<InstalledAnswer> {
  if (what === undefined) return firstInstalled(context);
  if (what === RESOLVED) return { of: RESOLVED, packages: await resolved(context) };
  const packages = runNames(context.area).includes(what)
    ? await runPackages(context.area, what)
    : await inCheckpoint(context, what, readInstalled);
  if (packages) return { of: what, packages };
  throw new AppError(
    'missing',
    `The image has no package database at ${what}.`,
    'The step that installs packages may not have run by then, or it unpacks them without an installer.',
  );
}

async function inCheckpoint<T>(
  context: AreaContext,
  designator: string,
  read: (data: TreeView) => Promise<T>,
): Promise<T> {
  const view = await openCheckpoint(context, designator);
  try {
    return await read(view.tree);
  } finally {
    await view.close();
  }
}

/** What the first checkpoint with packages has, which is that after the step that installs them; else the build data as it is. */
async function lookFirst<T>(
  context: AreaContext,
  read: (data: TreeView) => Promise<T | undefined>,
): Promise<{ readonly of: string; readonly found: T } | undefined> {
  for (const { name } of context.file.manifest.steps) {
    if (!context.snapshots.some((snapshot) => snapshot.name === checkpointName(name))) continue;
    const found = await inCheckpoint(context, name, read);
    if (found !== undefined) return { of: name, found };
  }
  const found = await read(new FolderTree(context.area.buildData));
  return found === undefined ? undefined : { of: 'build data', found };
}

async function filesOf(context: AreaContext, name: string): Promise<{ of: string; files: string[] }> {
  const first = await lookFirst(context, (data) => readFilesOf(data, name));
  if (first) return { of: first.of, files: first.found };
  throw new AppError(
    'missing',
    `No package ${name} is in the image, or its database does not tell its files.`,
    'Build it up to the step after the one that installs packages.',
  );
}

async function firstInstalled(context: AreaContext): Promise<InstalledAnswer> {
  const first = await lookFirst(context, readInstalled);
  if (first) return { of: first.of, packages: first.found };
  throw new AppError(
    'missing',
    'The image has no package database yet.',
    'Build it up to the step after the one that installs packages. A step that only unpacks them leaves none.',
  );
}

async function resolved({ file }: AreaContext): Promise<InstalledPackage[]> {
  const opened = await openPackages(file.manifest);
  await editionOf(opened, false);
  const { packages } = await opened.source.resolve(entriesOf(file.manifest));
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
