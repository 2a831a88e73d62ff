import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readReference, type IpsReference } from '../../repositories/ips';
import type { IpsOrigin } from '../../repositories/named';
import { ask } from '../../system/exec';
import { record } from './parts';

/** The packages that `pkg` would install. */
export interface PkgPlan {
  readonly packages: readonly IpsReference[];
  /** Total size in bytes; `undefined` when `pkg` does not print it. */
  readonly bytes: number | undefined;
}

/** `pkg` fetches catalogues and manifests, and solves dependencies. */
const TIMEOUT_MS = 600_000;

/**
 * Asks `pkg` what it would install into an empty image. The image is made in a folder of its own and used again for the
 * same revision. Nothing is installed. Rejects with `pkg`'s message when it fails or finds no solution.
 *
 * @param names full names with publisher and version where the entry has them, such as `pkg:/editor/vim@9`
 */
export async function planOfPkg(
  pkg: string,
  folder: string,
  revision: string,
  origins: readonly IpsOrigin[],
  names: readonly string[],
): Promise<PkgPlan> {
  const image = await emptyImage(pkg, folder, revision, origins);
  // -v cannot be combined with --parsable.
  return readPlan(await ask([pkg, '-R', image, 'install', '-n', '--parsable=0', '--', ...names], TIMEOUT_MS));
}

/** Parses the output of `pkg install --parsable=0`: one line with a JSON object. Throws when there is none. */
function readPlan(text: string): PkgPlan {
  const line = text.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error('pkg printed no plan');
  const plan = record(parseLine(line));
  const added = plan['add-packages'];
  if (!Array.isArray(added)) throw new Error('the plan of pkg lists no packages');
  const bytes = plan['space-required'];
  return {
    packages: added.filter((fmri): fmri is string => typeof fmri === 'string').map(readReference),
    bytes: typeof bytes === 'number' && bytes >= 0 ? bytes : undefined,
  };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error('the plan of pkg is not JSON', { cause });
  }
}

async function emptyImage(
  pkg: string,
  folder: string,
  revision: string,
  origins: readonly IpsOrigin[],
): Promise<string> {
  const image = join(folder, `image-${revision}`);
  if (await stat(image).catch(() => undefined)) return image; // making it reports why it cannot be read
  for (const name of await readdir(folder))
    if (name.startsWith('image-')) await rm(join(folder, name), { recursive: true, force: true });
  const unfinished = await mkdtemp(join(folder, 'image-'));
  try {
    const made = join(unfinished, 'image');
    const [first, ...others] = origins;
    if (!first) throw new Error('no repository can be asked');
    const named = first.publisher === '' ? first.url : `${first.publisher}=${first.url}`;
    await ask([pkg, 'image-create', '-F', '-p', named, made], TIMEOUT_MS);
    for (const { url, publisher } of others)
      await ask([pkg, '-R', made, 'set-publisher', '-p', url, ...(publisher === '' ? [] : [publisher])], TIMEOUT_MS);
    await rename(made, image);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return image;
}
