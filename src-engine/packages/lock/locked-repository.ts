import { createHash } from 'node:crypto';
import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageLock } from '../../../src-shared/packages/package-lock';
import { makeFolders } from '../../system/files';
import type { DebStore } from './deb-store';

/** A date long ago: APT refuses lists from the future, and the clock of a build host may be wrong. */
const RELEASE_DATE = 'Thu, 01 Jan 2015 00:00:00 UTC';

/**
 * Makes a repository that has exactly the packages of a lock, for a step that installs with APT. It has no signature:
 * the sums are those of the lock.
 *
 * @param folder a new folder
 */
export function writeLockedRepository(folder: string, { packages, priorities }: PackageLock, store: DebStore): void {
  makeFolders(folder);
  const stanzas = packages.map(({ name, sha256 }) => {
    const file = `${sha256}.deb`;
    const source = store.pathOf(sha256);
    symlinkSync(source, join(folder, file));
    const priority = priorities.get(name);
    return [
      ...store
        .control(sha256)
        .trimEnd()
        .split('\n')
        .filter((line) => priority === undefined || !line.startsWith('Priority:')),
      ...(priority === undefined ? [] : [`Priority: ${priority}`]),
      `Filename: ${file}`,
      `Size: ${statSync(source).size}`,
      `SHA256: ${sha256}`,
      '',
    ].join('\n');
  });
  const list = stanzas.join('\n');
  const sum = createHash('sha256').update(list).digest('hex');
  writeFileSync(join(folder, 'Packages'), list);
  writeFileSync(
    join(folder, 'Release'),
    `Origin: Slipway\nLabel: manifest.lock\nDate: ${RELEASE_DATE}\nSHA256:\n ${sum} ${Buffer.byteLength(list)} Packages\n`,
  );
}

/**
 * The lines of `apt.conf` by which APT sees only this repository. They replace the sources of the image while a step
 * installs, not in the image itself. Pins and the default release belong to archives that APT does not see then.
 *
 * @param folder has `sources.list.d` and an empty `preferences.d`
 */
export function lockedAptLines(folder: string): string[] {
  const settings = {
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(folder, 'sources.list.d'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': join(folder, 'preferences.d'),
    // The account of APT's methods may not read the folder.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
}

/** Writes the sources that name the repository in `folder/repository`. */
export function writeLockedSources(folder: string): void {
  for (const name of ['sources.list.d', 'preferences.d']) makeFolders(join(folder, name));
  // The method `file` gives dpkg paths of the host, which an image does not have. `copy` has the same addresses.
  writeFileSync(join(folder, 'sources.list.d/locked.list'), `deb [trusted=yes] copy:${folder}/repository ./\n`);
}
