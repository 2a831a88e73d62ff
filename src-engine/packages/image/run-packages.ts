import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { listOf, pairOf, text } from '../../../src-shared/journal/shape';
import type { InstalledPackage } from '../../../src-shared/engine-answers/packages';
import type { BuildArea } from '../../area/area';
import { FolderTree } from '../../snapshots/folder-tree';
import { exists, writeFileAtomically } from '../../system/files';
import { readJsonFile } from '../../system/json-file';
import { readInstalled } from './installed';

/** Names and versions. */
const packageList = listOf(pairOf(text, text));

/** Beside a run's journal: a later run may discard the checkpoints that have its packages. */
const placeOf = (area: BuildArea, run: string): string => join(area.logs, `${run}.packages.json`);

/**
 * Keeps what is in the image of a run, for comparing runs: the last that its database said while it was there.
 *
 * @param from the run that left the image as it is now: what it has is taken where the image has no database any more
 */
export async function keepRunPackages(area: BuildArea, run: string, from?: string): Promise<void> {
  // Every database is below this folder. Most steps of a small image end without it.
  const mayHaveDatabase = exists(join(area.pkgImage, 'var'));
  const packages =
    (mayHaveDatabase ? await readInstalled(new FolderTree(area.buildData)) : undefined) ??
    (from === undefined ? undefined : await runPackages(area, from));
  if (packages)
    writeFileAtomically(placeOf(area, run), JSON.stringify(packages.map(({ name, version }) => [name, version])));
}

/**
 * What was in the image of a run; `undefined` when it never had a package database. Throws `AppError('missing')` when the list is
 * damaged.
 */
export async function runPackages(area: BuildArea, run: string): Promise<InstalledPackage[] | undefined> {
  const found = readJsonFile(placeOf(area, run), packageList);
  if (found.kind === 'missing') return undefined;
  if (found.kind === 'damaged')
    throw new AppError(
      'missing',
      `The list of packages of ${run} is damaged (${found.why}).`,
      'Compare with another run, or with a checkpoint.',
    );
  return found.value.map(([name, version]) => ({ name, version }));
}
