import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { listOf, pairOf, text } from '../../../src-shared/shape';
import type { InstalledPackage } from '../../../src-shared/engine-answers/packages';
import type { BuildArea } from '../../area/area';
import { FolderTree } from '../../snapshots/folder-tree';
import { exists, writeFileAtomically } from '../../system/files';
import { readJsonFile } from '../../system/json-file';
import { readInstalled } from './installed';

/** Names and versions. */
const packageList = listOf(pairOf(text, text));

/** The file lies beside the run's journal, because a later run may discard the checkpoints that have these packages. */
const pathOf = (area: BuildArea, run: string): string => join(area.logs, `${run}.packages.json`);

/**
 * Records the packages in a run's image, for comparing runs. When the image no longer has a package database, the
 * packages last recorded are kept.
 *
 * @param from the earlier run whose image this run began with
 */
export async function keepRunPackages(area: BuildArea, run: string, from?: string): Promise<void> {
  // Every database is below this folder. Most steps of a small image run before it exists.
  const mayHaveDatabase = exists(join(area.pkgImage, 'var'));
  const packages =
    (mayHaveDatabase ? await readInstalled(new FolderTree(area.buildData)) : undefined) ??
    (from === undefined ? undefined : await runPackages(area, from));
  if (packages)
    writeFileAtomically(pathOf(area, run), JSON.stringify(packages.map(({ name, version }) => [name, version])));
}

/**
 * The packages that were in a run's image; `undefined` when it never had a package database. Throws
 * `AppError('missing')` when the list is damaged.
 */
export async function runPackages(area: BuildArea, run: string): Promise<InstalledPackage[] | undefined> {
  const found = readJsonFile(pathOf(area, run), packageList);
  if (found.kind === 'missing') return undefined;
  if (found.kind === 'damaged')
    throw new AppError(
      'missing',
      `The list of packages of ${run} is damaged (${found.why}).`,
      'Compare with another run, or with a checkpoint.',
    );
  return found.value.map(([name, version]) => ({ name, version }));
}
