import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import { hasPackage, readCatalogue, type CatalogueEntry } from '../../../src-shared/packages/catalogue';
import type { PackageLock } from '../../../src-shared/packages/package-lock';
import type { Edition, PackageDetails, PackageProblem } from '../../../src-shared/engine-answers/packages';
import { bareName } from '../../repositories/apt';
import { writeUnsynced } from '../../system/files';
import { readJsonFile } from '../../system/json-file';
import { keptCatalogue } from '../catalogue-file';
import { editionRecord } from '../edition-record';
import { unlockable, type Download, type PackageSource, type Resolution, type VersionChange } from '../package-source';
import { DEFAULT_RECIPE, type Recipe } from '../recipe';
import { baseSystem } from './base-system';
import { describe } from './closure';
import { readDetails } from './details';
import { download, lockablePackages, lockedArchives } from './locked-files';
import { readEntries, readPackages, repositoriesOf, revisionOf } from './lists';
import { PrivateApt } from './private-apt';
import { unknownNames } from './problems';
import { resolveSatisfiable } from './satisfiable';
import { readRelation } from './records';
import { securityUpdates } from './security';
import { exact, simulate, type Simulated } from './simulate';
import type { AptSetup } from './setup';
import { update } from './update';
import { whileAlone } from './fetch-lock';

/** Debian repositories, read by APT's own tools with a private state. */
export class AptSource implements PackageSource {
  readonly #apt: PrivateApt;
  readonly #setup: AptSetup;
  readonly #folder: string;
  readonly #recipe: Recipe;

  /** @param folder a folder of the cache for this source only */
  constructor(setup: AptSetup, folder: string, recipe: Recipe = DEFAULT_RECIPE) {
    this.#apt = new PrivateApt(folder, setup);
    this.#setup = setup;
    this.#folder = folder;
    this.#recipe = recipe;
  }

  /** Fetches the lists. Those that another process has fetched since the call are new enough. */
  async refresh(): Promise<void> {
    const before = await this.edition();
    const isFetched = async (): Promise<boolean> => (await this.edition())?.fetched !== before?.fetched;
    return whileAlone(this.#folder, isFetched, () => this.#fetch());
  }

  async #fetch(): Promise<'done' | 'busy'> {
    await this.#apt.prepare();
    if ((await update(this.#apt, this.#setup)) === 'busy') return 'busy';
    const fetched: Edition = {
      kind: 'apt',
      revision: await revisionOf(this.#apt.lists),
      fetched: new Date().toISOString(),
      repositories: await repositoriesOf(this.#apt),
    };
    writeUnsynced(this.#fetchedFile(), JSON.stringify(fetched));
    return 'done';
  }

  async edition(): Promise<Edition | undefined> {
    const found = readJsonFile(this.#fetchedFile(), editionRecord);
    // What is not followed belongs to the present configuration, not to the lists.
    const { unfollowed } = this.#setup;
    return found.kind === 'read' ? { ...found.value, ...(unfollowed.length > 0 && { unfollowed }) } : undefined;
  }

  async entries(): Promise<readonly CatalogueEntry[]> {
    const text = await this.#catalogue();
    return text === undefined ? readEntries(this.#apt) : readCatalogue(text);
  }

  async unknown(names: readonly string[]): Promise<PackageProblem[]> {
    const text = await this.#catalogue();
    // Only APT can expand patterns and tasks.
    const asked = names.filter((name) => isPlain(name) && (text === undefined || !hasPackage(text, bareName(name))));
    if (asked.length === 0) return [];
    const all = text === undefined ? await readEntries(this.#apt) : readCatalogue(text);
    const known = new Set(all.flatMap(({ name, provides }) => [name, ...provides]));
    return unknownNames(
      asked.filter((name) => !known.has(bareName(name))),
      all,
    );
  }

  async details(name: string): Promise<PackageDetails | undefined> {
    await this.#revision();
    return readDetails(this.#apt, name);
  }

  async resolve(names: readonly string[]): Promise<Resolution> {
    if (this.#recipe.unpacks) return this.#resolveUnpacked(names);
    const { recommends, also: alsoInstalled } = this.#recipe;
    const base = await baseSystem(this.#apt, this.#folder, this.#recipe, await this.#revision());
    const ask = (list: readonly string[]): Promise<Simulated> =>
      simulate(this.#apt, [...list, ...alsoInstalled], { recommends, status: base.status });
    const { wanted, problems, simulated } = await resolveSatisfiable([...new Set(names)], ask, () => this.entries());
    const removed = new Set(simulated.removes);
    const versions = new Map([...base.packages].filter(([name]) => !removed.has(name)));
    for (const [name, version] of simulated.installs) versions.set(name, version);

    const entryOf = new Map<string, string>();
    for (const name of wanted)
      for (const real of simulated.selected.get(name) ?? [bareName(name)])
        if (!entryOf.has(real)) entryOf.set(real, name);
    const why = (name: string): 'named' | 'base' | 'pulled' =>
      entryOf.has(name) ? 'named' : base.packages.has(name) || base.also.has(name) ? 'base' : 'pulled';
    const found = await readPackages(this.#apt, exact(versions));
    return { packages: describe(found, why, (name) => entryOf.get(name), recommends), problems, notes: [] };
  }

  /** Only the named packages, without their dependencies. */
  async #resolveUnpacked(names: readonly string[]): Promise<Resolution> {
    const plain = [...new Set(names)].filter((name) => isPlain(name));
    const named = await readPackages(this.#apt, plain, [0, 100]);
    const known = new Set(named.map((record) => record.get('Package')));
    const lacking = names.filter((name) => !known.has(bareName(name)));
    const follows = new RegExp(`^(?:${this.#recipe.follows.join('|')})$`);
    const followed = named
      .flatMap((record) => readRelation(record.get('Depends')).flat())
      .filter((name) => follows.test(name) && !known.has(name));
    const found = [...named, ...(await readPackages(this.#apt, [...new Set(followed)], [0, 100]))];
    return {
      packages: describe(
        found,
        (name) => (known.has(name) ? 'named' : 'pulled'),
        () => undefined,
        false,
      ),
      problems: lacking.length === 0 ? [] : unknownNames(lacking, await this.entries()),
      notes: ['The step that installs packages only unpacks the named ones, without their dependencies.'],
    };
  }

  async lock(names: readonly string[]): Promise<PackageLock> {
    const { packages, problems } = await this.resolve(names);
    const [problem] = problems;
    if (problem) throw unlockable(problem);
    const lockable = await lockablePackages(this.#apt, packages);
    return {
      installer: 'apt',
      archives: await lockedArchives(this.#apt),
      wanted: [...new Set(names)],
      priorities: new Map(lockable.map(({ name, priority }) => [name, priority])),
      packages: lockable.map(({ priority: _, ...one }) => one),
    };
  }

  securityUpdates(changes: readonly VersionChange[]): Promise<ReadonlySet<string>> {
    return securityUpdates(this.#apt, changes);
  }

  async download(files: readonly Download[]): Promise<void> {
    await this.#apt.prepare();
    return download(this.#apt, files);
  }

  /** The text of the catalogue, where it is kept for the fetched lists. */
  async #catalogue(): Promise<string | undefined> {
    const edition = await this.edition();
    return edition && keptCatalogue(this.#folder, edition.revision);
  }

  #fetchedFile(): string {
    return join(this.#folder, 'fetched.json');
  }

  async #revision(): Promise<string> {
    const found = await this.edition();
    if (!found) throw new AppError('missing', 'No package lists were fetched yet.', 'Fetch them first.');
    return found.revision;
  }
}

/** Whether a name has no pattern. `apt-cache` would give patterns another meaning. */
const isPlain = (name: string): boolean => /^[a-z0-9][\w.+:=~/-]*$/i.test(name);
