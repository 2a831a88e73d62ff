import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { listOf, pairOf, text } from '../../../src-shared/shape';
import { writeUnsynced } from '../../system/files';
import { readJsonFile } from '../../system/json-file';
import type { Recipe } from '../recipe';
import type { PrivateApt } from './private-apt';
import { exact, firstError, simulate, type Simulated } from './simulate';

/** Names and versions of what every image gets, and names that are installed besides the manifest's packages. */
const baseRecord = pairOf(listOf(pairOf(text, text)), listOf(text));

/** The packages that every image gets. */
export interface Base {
  /** Versions by name of the packages that are there before the manifest's. */
  readonly packages: ReadonlyMap<string, string>;
  /** A file in dpkg's format in which these packages are installed. */
  readonly status: string;
  /** Names that are always installed besides the manifest's packages. */
  readonly also: ReadonlySet<string>;
}

/**
 * The packages that every image gets. APT is asked once for each revision of its lists.
 *
 * Throws `AppError('refused')` when APT cannot install them.
 *
 * @param folder the folder of the package source
 */
export async function baseSystem(apt: PrivateApt, folder: string, recipe: Recipe, revision: string): Promise<Base> {
  const at = join(folder, 'base', `${revision}-${hash(JSON.stringify(recipe))}`);
  const status = join(at, 'status');
  const known = readJsonFile(join(at, 'packages.json'), baseRecord);
  if (known.kind === 'read') {
    const [packages, also] = known.value;
    return { packages: new Map(packages), also: new Set(also), status };
  }
  const { installs } = await simulateBase(apt, recipe, recipe.base);
  await mkdir(at, { recursive: true });
  const records = installs.size === 0 ? '' : (await apt.run(['apt-cache', 'show', ...exact(installs)])).stdout;
  writeUnsynced(status, records.replace(/^Package: .*$/gm, '$&\nStatus: install ok installed'));
  const also = [...(await simulateBase(apt, recipe, recipe.also, status)).installs.keys()];
  writeUnsynced(join(at, 'packages.json'), JSON.stringify([[...installs], also]));
  return { packages: installs, also: new Set(also), status };
}

async function simulateBase(
  apt: PrivateApt,
  { recommends }: Recipe,
  names: readonly string[],
  status?: string,
): Promise<Simulated> {
  const simulated = await simulate(apt, names, { recommends, status });
  if (simulated.ok) return simulated;
  throw new AppError(
    'refused',
    `The base system cannot be resolved: ${firstError(simulated)}`,
    'Check the repositories of the manifest.',
  );
}

const hash = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 12);
