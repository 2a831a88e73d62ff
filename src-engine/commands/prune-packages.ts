import type { PruneAnswer } from '../../src-shared/engine-answers/prune';
import { bytes, plural } from '../../src-shared/format';
import { readManifestFile } from '../area/manifest-file';
import { DebStore } from '../packages/lock/deb-store';
import { readLockFile } from '../packages/lock/lock-file';
import { chooseFiles, removeFiles, type StoreRules } from '../packages/lock/prune-store';
import { printAnswer, printLines } from './print';

/** Which package files to remove, and how. */
export interface PackagePrune extends StoreRules {
  readonly yes: boolean;
  readonly json: boolean;
}

/** Lists the stored package files that no lock needs, and removes them with `yes`. Returns the exit status. */
export async function prunePackages(operand: string, { yes, json, ...rules }: PackagePrune): Promise<number> {
  const file = await readManifestFile(operand);
  const found = chooseFiles(new DebStore(), readLockFile(file.path), rules);
  if (yes) removeFiles(found);
  const frees = found.files.reduce((total, one) => total + one.bytes, 0);
  const packages = found.files.map(({ name, bytes: size, reason }) => ({ name, bytes: size, reason }));
  if (json) {
    const removedPackages = yes ? packages.map(({ name }) => name) : [];
    printAnswer<PruneAnswer>({ wouldRemove: [], frees, removed: [], packages, removedPackages });
    return 0;
  }
  if (packages.length === 0) printLines(['Nothing to prune.']);
  for (const { name, bytes: size, reason } of packages)
    printLines([`${yes ? 'removed' : 'would remove'}  ${name}  ${bytes(size)}  ${reason}`]);
  if (packages.length > 0) printLines([`${yes ? 'Freed' : 'That would free'} ${bytes(frees)}.`]);
  if (packages.length > 0 && !yes)
    printLines([`Nothing was removed. Remove ${plural(packages.length, 'file')} with --yes.`]);
  return 0;
}
