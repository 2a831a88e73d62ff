import type { LockAnswer } from '../../src-shared/engine-answers/lock';
import { AppError } from '../../src-shared/errors';
import { plural } from '../../src-shared/format';
import type { PackageLock } from '../../src-shared/packages/package-lock';
import type { ManifestFile } from '../area/manifest-file';
import { lockPathOf } from '../area/package-lock-path';
import { entriesOf } from '../packages/entries';
import { DebStore } from '../packages/lock/deb-store';
import { readLockFile, writeLockFile } from '../packages/lock/lock-file';
import { recordUse } from '../packages/lock/lock-uses';
import { assertLockFits } from '../packages/lock/lock-problems';
import { isSameLock, lockChanges, stepsFromLock, withOwnPriorities } from '../packages/lock/make-lock';
import { openPackages } from '../packages/open';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { readNamedManifest } from './manifest-text';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  update: { type: 'boolean', description: 'lists what a new lock would change; writes it with --yes' },
  yes: { type: 'boolean', description: 'write the new lock' },
  json: JSON_OPTION,
} as const satisfies OptionTable;

export const lockCommand = defineCommand({
  name: 'lock',
  summary: 'the exact packages of the image: writes them to a file that builds then follow',
  usage: ['[--update [--yes]] [--json] MANIFEST'],
  description: [
    'Writes `manifest.lock` beside the manifest: the packages that the repositories have now for the package list, each with version, SHA-256 and origin. Their files are kept in a store of the account, so that a build works without a network.',
    'A build with a lock installs exactly these packages, or fails and names the first difference. Where there is a lock already, its missing files are fetched.',
    '`--update` lists the packages that a new lock would change, and the steps that a build then runs again. It writes nothing unless `--yes` is given.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  if (values.yes && !values.update) throw new AppError('usage', '--yes needs --update.');
  const file = await readNamedManifest(positionals[0] ?? '', false);
  const before = readLockFile(file.path);
  const isKept = before !== undefined && values.update !== true;
  if (isKept) assertLockFits(before, file.manifest);
  const answer = isKept ? await completed(file, before.lock) : await made(file, before?.lock, values.yes ?? false);
  if (values.json) printAnswer<LockAnswer>(answer);
  else printLines(linesOf(answer, before !== undefined));
  return 0;
}

/** Fetches the files of a lock that are missing. */
async function completed(file: ManifestFile, lock: PackageLock): Promise<LockAnswer> {
  const store = new DebStore();
  const fetched = await store.complete(lock.packages, async (files) =>
    (await openPackages(file.manifest)).source.download(files),
  );
  recordUse(store, lockPathOf(file.path), lock);
  return { ...factsOf(file, lock), written: false, fetched, added: [], removed: [], changed: [], stale: [] };
}

/** Resolves the packages as the archives have them now. A lock that replaces another is written only when the user has accepted it. */
async function made(file: ManifestFile, before: PackageLock | undefined, accepted: boolean): Promise<LockAnswer> {
  const { source } = await openPackages(file.manifest);
  await source.refresh();
  const resolved = await source.lock(entriesOf(file.manifest));
  const store = new DebStore();
  const isWanted = before === undefined || accepted;
  const fetched = isWanted ? await store.complete(resolved.packages, (files) => source.download(files)) : 0;
  const lock = isWanted ? withOwnPriorities(resolved, store) : resolved;
  const { added, removed, changed } = lockChanges(before, lock);
  const isWritten = isWanted && !(before && isSameLock(before, lock));
  if (isWritten) {
    writeLockFile(lockPathOf(file.path), lock);
    recordUse(store, lockPathOf(file.path), lock);
  }
  const security = before ? await source.securityUpdates(changed) : new Set<string>();
  const isChanged = added.length + removed.length + changed.length > 0;
  return {
    // A lock without a change stays as it is, with the dates of its archives.
    ...factsOf(file, before && !isChanged ? before : lock),
    written: isWritten,
    fetched,
    added: before ? added.map(({ name, version }) => ({ name, version })) : [],
    removed: [...removed],
    changed: changed.map((one) => ({ ...one, security: security.has(one.name) })),
    stale: isChanged ? stepsFromLock(file.manifest) : [],
  };
}

function factsOf(file: ManifestFile, lock: PackageLock): Pick<LockAnswer, 'path' | 'packages' | 'archives'> {
  return { path: lockPathOf(file.path), packages: lock.packages.length, archives: [...lock.archives] };
}

function linesOf(answer: LockAnswer, wasThere: boolean): string[] {
  const { path, written, packages, fetched, added, removed, changed, stale } = answer;
  const changes = [
    ...changed.map(
      ({ name, before, after, security }) =>
        `  ${name}  ${before} -> ${after === before ? `${after} (another file)` : after}${security ? '  security' : ''}`,
    ),
    ...added.map(({ name, version }) => `  ${name}  new: ${version}`),
    ...removed.map(({ name, version }) => `  ${name}  ${version} -> removed`),
  ];
  const isUpdate = wasThere && changes.length > 0;
  return [
    ...(isUpdate
      ? [`${plural(changes.length, 'package')} of ${packages} ${written ? 'changed' : 'would change'} in ${path}:`]
      : []),
    ...(isUpdate ? changes : []),
    ...(isUpdate && stale.length > 0
      ? [`${written ? 'A build now runs' : 'A build then runs'} again: ${stale.join(', ')}`]
      : []),
    written
      ? `${path} was written: ${plural(packages, 'package')}, ${fetched} fetched.`
      : isUpdate
        ? 'Nothing was written. Accept the changes with --yes.'
        : `${path} is as it was: ${plural(packages, 'package')}, ${fetched} fetched.`,
  ];
}
