import type { Problem } from '../../../src-shared/manifest/problems';
import type { Manifest, PackageEntry } from '../../../src-shared/manifest/model';
import { AppError } from '../../../src-shared/errors';
import type { ManifestFile } from '../../area/manifest-file';
import { declaredSources } from '../../repositories/named';
import { entriesOf } from '../entries';
import { installingStep } from '../recipe';
import { lockName, readLockFile, type LockFile } from './lock-file';

const UPDATE = 'Run distro_const lock --update to see what changes, or restore the package list.';

/** How the package list of a manifest differs from the one that its lock was made for. */
interface Misfit {
  readonly message: string;
  /** The entry that the lock does not have; `undefined` when one was removed. */
  readonly entry: PackageEntry | undefined;
}

/**
 * The problems by which a build with a lock is refused: the lock is damaged, or was made for another package list. Only
 * the first difference is named, because an update corrects all.
 *
 * @param runs the indices of the steps that would run
 */
export function lockProblems({ path, manifest }: ManifestFile, runs: readonly number[]): Problem[] {
  const installing = installingStep(manifest);
  if (installing === undefined || !runs.includes(installing.index)) return [];
  const problem = { severity: 'error', phase: 'structure', code: 'package-lock', path: 'packages' } as const;
  try {
    const file = readLockFile(path);
    const misfit = file && misfitOf(file, manifest);
    return misfit ? [{ ...problem, message: `${misfit.message} ${UPDATE}`, range: misfit.entry?.range }] : [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ ...problem, message: [error.message, error.hint].filter(Boolean).join(' ') }];
  }
}

/** Throws `AppError('refused')` when the lock was made for another package list. */
export function assertLockFits(file: LockFile, manifest: Manifest): void {
  const misfit = misfitOf(file, manifest);
  if (misfit) throw new AppError('refused', misfit.message, UPDATE);
}

function misfitOf(file: LockFile, manifest: Manifest): Misfit | undefined {
  const { kind } = declaredSources(manifest);
  if (kind !== file.lock.installer)
    return { message: `${lockName(file)} has packages of another installer than the repositories.`, entry: undefined };
  const [entries, wanted] = [new Set(entriesOf(manifest)), new Set(file.lock.wanted)];
  const added = [...entries].sort().find((one) => !wanted.has(one));
  if (added !== undefined) {
    const entry = manifest.packages.find(({ name }) => name.trim() === added);
    return { message: `The manifest names the package ${added}, which ${lockName(file)} does not have.`, entry };
  }
  const removed = [...wanted].sort().find((one) => !entries.has(one));
  if (removed === undefined) return undefined;
  const message = `${lockName(file)} has the package ${removed}, which the manifest no longer names.`;
  return { message, entry: undefined };
}
