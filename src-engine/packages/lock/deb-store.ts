import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { LockedPackage } from '../../../src-shared/packages/package-lock';
import { AppError } from '../../../src-shared/errors';
import { exec } from '../../system/exec';
import { makeFolders, writeUnsynced } from '../../system/files';
import { inParallel } from '../../system/in-parallel';
import { readRecords, type PackageRecord } from '../apt/records';
import { assertHome, cacheFolder } from '../cache-folder';
import type { Download } from '../package-source';

/** Tools that run at the same time. */
const PARALLEL = 4;

/**
 * The files of locked packages, each under its SHA-256. All build areas and lines of the account share them, so that a
 * build needs no network and no archive that still has the version.
 */
export class DebStore {
  readonly folder: string;

  constructor(folder = cacheFolder('packages')) {
    this.folder = folder;
  }

  /** The path of a file, which may not be there. */
  pathOf(sha256: string): string {
    return join(this.folder, sha256.slice(0, 2), `${sha256}.deb`);
  }

  /**
   * Fetches the files that are missing or damaged, and returns how many these were. Packages of IPS have none.
   *
   * Throws what `fetch` throws, and `AppError('refused')` when a file is not the package of the lock.
   */
  async complete(
    locked: readonly LockedPackage[],
    fetch: (files: readonly Download[]) => Promise<void>,
  ): Promise<number> {
    assertHome(this.folder, 'Packages');
    const packages = locked.filter(({ sha256 }) => sha256 !== '-');
    const whole = await inParallel(packages, PARALLEL, async ({ sha256 }) => hasSum(this.pathOf(sha256), sha256));
    const lacking = packages.filter((_, index) => whole[index] !== true);
    const files = lacking.map(({ origin, sha256 }) => ({
      origin,
      sha256,
      to: `${this.pathOf(sha256)}.${process.pid}.partial`,
    }));
    for (const { to } of files) makeFolders(dirname(to));
    try {
      if (files.length > 0) await fetch(files);
      for (const { to, sha256 } of files) {
        if (!(await hasSum(to, sha256))) throw new Error(`a fetched file has another sum: ${to}`);
        await rename(to, this.pathOf(sha256));
      }
    } finally {
      for (const { to } of files) for (const path of [to, `${to}.FAILED`]) rmSync(path, { force: true });
    }
    await inParallel(packages, PARALLEL, async (one) => this.#check(one));
    return lacking.length;
  }

  /** The control fields of a stored file. */
  control(sha256: string): string {
    return readFileSync(this.#controlOf(sha256), 'utf8');
  }

  /** Stores the control fields of a package file beside it. Throws when they differ from the lock. */
  async #check({ name, version, architecture, sha256 }: LockedPackage): Promise<void> {
    const kept = this.#controlOf(sha256);
    if (!existsSync(kept)) {
      const { stdout } = await exec(['dpkg-deb', '-f', this.pathOf(sha256)], { errorCode: 'refused' });
      writeUnsynced(kept, stdout);
    }
    const [record = new Map<string, string>() as PackageRecord] = readRecords(await readFile(kept, 'utf8'));
    const found = ['Package', 'Version', 'Architecture'].map((field) => record.get(field) ?? '');
    if (found.join(' ') !== [name, version, architecture].join(' '))
      throw new AppError(
        'refused',
        `The lock has ${name} ${version} ${architecture} with the SHA-256 ${sha256}, but this file is ${found.join(' ')}.`,
        'The lock was edited: restore it from version control.',
      );
  }

  #controlOf(sha256: string): string {
    return controlOf(this.pathOf(sha256));
  }
}

/** The file with the control fields of a stored package. */
export const controlOf = (path: string): string => path.replace(/\.deb$/, '.control');

/** Whether a file exists and has this SHA-256. */
async function hasSum(path: string, sha256: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const sum = createHash('sha256');
  await pipeline(createReadStream(path), sum);
  return sum.digest('hex') === sha256;
}
