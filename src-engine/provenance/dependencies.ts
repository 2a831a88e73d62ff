import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { StepExecution, StepInput } from '../../src-shared/checkpoints/execution';
import { NO_CONTENT } from '../../src-shared/checkpoints/fingerprint';
import type { Part, ResourceDescriptor } from '../../src-shared/provenance/statement';
import { withoutLogin } from '../../src-shared/without-login';
import { lockPathOf } from '../area/package-lock-path';
import { DocumentFolder } from '../area/input-states';
import type { ManifestFile } from '../area/manifest-file';
import { BUILT_IN_IM_POP, scriptFile } from '../area/step-script';
import { readLockAt } from '../packages/lock/lock-file';
import { bytePath } from '../snapshots/bytes';
import { sha256Of } from '../system/sha256';
import { publicPath } from './public-path';

/**
 * The manifest, the scripts, the recorded inputs of all steps, and the archives of a lock that a step has used. Sorted by
 * name, without duplicates.
 *
 * The caller has compared the files with the recorded ones, which have shorter hashes.
 */
export async function dependenciesOf(
  file: ManifestFile,
  history: readonly StepExecution[],
): Promise<ResourceDescriptor[]> {
  const folder = new DocumentFolder(file.path);
  const steps = file.manifest.steps.slice(0, history.length);
  const lock = lockPathOf(file.path);
  const found = [await fileResource('manifest', basename(file.path), file.path)];
  for (const { script } of steps) {
    const path = resolve(scriptFile(script ?? BUILT_IN_IM_POP));
    found.push(await fileResource('script', nameIn(folder, path), path));
  }
  for (const { kind, value, hash } of history.flatMap(({ inputs }) => inputs)) {
    if (kind === 'url') found.push({ uri: publicUrl(value), ...partOf('input') });
    if (kind !== 'path' || hash === NO_CONTENT.missing) continue;
    const path = folder.resolved(value).toString();
    const isLock = resolve(path) === lock;
    for (const one of filesAt(path))
      found.push(await fileResource(isLock ? 'lock' : 'input', nameIn(folder, one), one));
    if (isLock) found.push(...archivesOf(lock));
  }
  return sortedByName(found);
}

/** The names of variables of the environment that steps have used. Their values may be secrets. */
export function variablesOf(history: readonly StepExecution[]): string[] {
  const used = history.flatMap(({ inputs }) => inputs).filter(isSetVariable);
  return [...new Set(used.map(({ value }) => value))].sort();
}

const isSetVariable = ({ kind, hash }: StepInput): boolean => kind === 'env' && hash !== NO_CONTENT.unset;

/** A file with its SHA-256. */
export async function fileResource(part: Part, name: string, path: string): Promise<ResourceDescriptor> {
  return { name, digest: { sha256: await sha256Of(path) }, ...partOf(part) };
}

const partOf = (part: Part): Pick<ResourceDescriptor, 'annotations'> => ({ annotations: { slipway_part: part } });

/** Relative in the document's folder, otherwise absolute. */
const nameIn = (folder: DocumentFolder, path: string): string => publicPath(folder.recorded(bytePath(path)));

/** The files of an input: itself, or all files in a folder. */
function filesAt(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return [path];
  if (!stats?.isDirectory()) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name);
    return entry.isDirectory() || entry.isFile() ? filesAt(inside) : [];
  });
}

/** The indexes of the archives that the packages of a lock come from. */
function archivesOf(lock: string): ResourceDescriptor[] {
  const archives = readLockAt(lock)?.lock.archives ?? [];
  return archives.flatMap(({ url, suite, release }) =>
    release === '-'
      ? []
      : [
          {
            uri: `${publicUrl(url).replace(/\/$/, '')}/dists/${suite}`,
            digest: { sha256: release },
            ...partOf('input'),
          },
        ],
  );
}

/** Without login and query, which may have secrets. */
const publicUrl = (url: string): string => withoutLogin(url).replace(/[?#].*$/, '');

function sortedByName(resources: readonly ResourceDescriptor[]): ResourceDescriptor[] {
  const nameOf = ({ name, uri }: ResourceDescriptor): string => name ?? uri ?? '';
  // The first one of a name has the more exact part: a script may be an input of another step.
  const byName = new Map([...resources].reverse().map((one) => [nameOf(one), one]));
  return [...byName.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
