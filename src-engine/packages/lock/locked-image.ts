import type { StepExecution } from '../../../src-shared/checkpoints/execution';
import type { DeclaredStep } from '../../../src-shared/manifest/model';
import type { LockedPackage } from '../../../src-shared/packages/package-lock';
import type { BuildArea } from '../../area/area';
import { DocumentFolder } from '../../area/input-states';
import type { ManifestFile } from '../../area/manifest-file';
import { FolderTree } from '../../snapshots/folder-tree';
import { realPath } from '../../system/real-path';
import { readDpkgPackages, readIpsPackages, type ImagePackage } from '../image/installed';
import { installingStep } from '../recipe';
import { lockName, readLockFile, type LockFile } from './lock-file';

/** The packages in the image before a step; see `LockedImage.begin`. */
export type PackagesBefore = ReadonlyMap<string, string>;

/** Compares the packages in the image of a build with the lock of its manifest. */
export class LockedImage {
  readonly #area: BuildArea;
  readonly #folder: DocumentFolder;
  readonly #file: LockFile;
  readonly #locked: ReadonlyMap<string, LockedPackage>;
  readonly #installing: DeclaredStep | undefined;

  private constructor(area: BuildArea, file: ManifestFile, lock: LockFile) {
    this.#area = area;
    this.#folder = new DocumentFolder(file.path);
    this.#file = lock;
    this.#locked = new Map(lock.lock.packages.map((one) => [one.name, one]));
    this.#installing = installingStep(file.manifest);
  }

  /**
   * The check of a manifest with a lock; `undefined` for one without.
   *
   * Throws `AppError('manifest')` when the lock is damaged.
   */
  static open(area: BuildArea, file: ManifestFile): LockedImage | undefined {
    const lock = readLockFile(file.path);
    return lock && new LockedImage(area, file, lock);
  }

  /** To be called before a step. */
  async begin(): Promise<PackagesBefore> {
    return versionsOf((await this.#packages()) ?? []);
  }

  /**
   * The reasons why a step that has succeeded breaks the lock; empty when it does not.
   *
   * @param before what `begin` returned
   */
  async problems(step: DeclaredStep, { inputs }: StepExecution, before: PackagesBefore): Promise<string[]> {
    const hasUsed = this.uses(inputs);
    const packages = await this.#packages();
    const isInstaller = step.index === this.#installing?.index;
    if (!hasUsed && isInstaller)
      return this.#lines(
        `${step.name} did not use ${this.#name}, so that the image may have other packages.`,
        'Update the script from its template: it gets the locked packages from "distro_const apt-config" and declares the lock as an input. Or remove the lock.',
      );
    if (!packages)
      return hasUsed
        ? this.#lines(
            `${step.name} left no list of packages in the image (that of dpkg or IPS), so that they cannot be compared with ${this.#name}.`,
            'Update the script from its template, or remove the lock.',
          )
        : [];
    const difference = this.#difference(packages, hasUsed);
    if (difference !== undefined)
      return this.#lines(
        `${step.name}: ${difference}`,
        'Install packages by the list of the manifest, and run distro_const lock --update after a change of it.',
      );
    const added = hasUsed ? undefined : packages.find(({ name, version }) => before.get(name) !== version);
    return added === undefined
      ? []
      : this.#lines(
          `${step.name} installed ${added.name} ${added.version} without ${this.#name}.`,
          'Install packages in the step that uses the lock.',
        );
  }

  /** Whether the inputs of a step include the lock. */
  uses(inputs: StepExecution['inputs']): boolean {
    const own = realPath(this.#file.path);
    return inputs.some(({ kind, value }) => kind === 'path' && realPath(`${this.#folder.resolved(value)}`) === own);
  }

  /** The problem of a finished build none of whose steps used the lock; empty when one did. */
  unused(history: readonly StepExecution[]): string[] {
    if (history.some(({ inputs }) => this.uses(inputs))) return [];
    return this.#lines(
      `No step used ${this.#name}.`,
      'Remove the lock, or let the step that installs packages use it: the manual shows how, on the page Lock the packages of an image.',
    );
  }

  /** The first package, by name, that differs from the lock. */
  #difference(packages: readonly ImagePackage[], isComplete: boolean): string | undefined {
    const found = new Map(packages.map((one) => [one.name, one]));
    const names = [...new Set([...found.keys(), ...(isComplete ? this.#locked.keys() : [])])].sort();
    for (const name of names) {
      const [own, locked] = [found.get(name), this.#locked.get(name)];
      if (!own) return `${name} ${locked?.version ?? ''} of ${this.#name} was not installed.`;
      if (!locked) return `${name} ${own.version} is in the image, but not in ${this.#name}.`;
      if (own.version !== locked.version)
        return `${name} ${own.version} is in the image, but ${this.#name} has ${locked.version}.`;
      if (own.architecture !== locked.architecture)
        return `${name} of ${own.architecture} is in the image, but ${this.#name} has that of ${locked.architecture}.`;
    }
    return undefined;
  }

  #packages(): Promise<ImagePackage[] | undefined> {
    const data = new FolderTree(this.#area.buildData);
    return this.#file.lock.installer === 'ips' ? readIpsPackages(data) : readDpkgPackages(data);
  }

  get #name(): string {
    return lockName(this.#file);
  }

  #lines(message: string, hint: string): string[] {
    return [message, hint];
  }
}

const versionsOf = (packages: readonly ImagePackage[]): PackagesBefore =>
  new Map(packages.map(({ name, version }) => [name, version]));
