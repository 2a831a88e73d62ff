import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { CatalogueEntry } from '../../../src-shared/packages/catalogue';
import type { Edition, PackageDetails, PackageProblem } from '../../../src-shared/engine-answers/packages';
import { listOf, pairOf, text } from '../../../src-shared/shape';
import { bareName } from '../../repositories/apt';
import { readIfThere, writeUnsynced } from '../../system/files';
import { readJsonFile } from '../../system/json-file';
import { editionRecord } from '../edition-record';
import type { PackageSource, Resolution } from '../package-source';
import { DEFAULT_RECIPE, type Recipe } from '../recipe';
import { describe } from './closure';
import { readDetails } from './details';
import { PrivateApt } from './private-apt';
import { conflictOf, unknownEntries, unknownNames } from './problems';
import { downloadSize, installedSize, providedBy, readRecords, type PackageRecord } from './records';
import { simulate, type Simulated } from './simulate';
import type { SourceFile } from './sources';
import { update } from './update';

/** The limit on reported conflicts: each costs several runs of APT. */
const MAX_CONFLICTS = 5;

/** Names and versions of what every image gets, and names that are installed besides the manifest's packages. */
const baseRecord = pairOf(listOf(pairOf(text, text)), listOf(text));

/** The packages that every image gets. */
interface Base {
  /** Versions by name of the packages that are there before the manifest's. */
  readonly packages: ReadonlyMap<string, string>;
  /** A file in dpkg's format in which these packages are installed. */
  readonly status: string;
  /** Names that are always installed besides the manifest's packages. */
  readonly also: ReadonlySet<string>;
}

/**
 * Debian repositories, read by APT's own tools with a private state.
 *
 * @param folder a folder of the cache for this source only
 */
export function openApt(
  sources: readonly SourceFile[],
  folder: string,
  recipe: Recipe = DEFAULT_RECIPE,
): PackageSource {
  const apt = new PrivateApt(folder);
  const fetchedFile = join(folder, 'fetched.json');
  const recipeKey = hash(JSON.stringify(recipe));

  async function edition(): Promise<Edition | undefined> {
    const found = readJsonFile(fetchedFile, editionRecord);
    return found.kind === 'read' ? found.value : undefined;
  }

  async function revision(): Promise<string> {
    const found = await edition();
    if (!found) throw new AppError('missing', 'No package lists were fetched yet.', 'Fetch them first.');
    return found.revision;
  }

  /** @param okExitCodes with 100, unknown names are left out */
  async function records(names: readonly string[], okExitCodes: readonly number[] = [0]): Promise<PackageRecord[]> {
    if (names.length === 0) return [];
    const { stdout } = await apt.run(['apt-cache', 'show', '--no-all-versions', ...names], okExitCodes);
    const found = new Map<string, PackageRecord>();
    for (const record of readRecords(stdout)) {
      const name = record.get('Package') ?? '';
      if (!found.has(name)) found.set(name, record);
    }
    return [...found.values()];
  }

  /** APT is asked once for each revision. */
  async function base(): Promise<Base> {
    const at = join(folder, 'base', `${await revision()}-${recipeKey}`);
    const status = join(at, 'status');
    const known = readJsonFile(join(at, 'packages.json'), baseRecord);
    if (known.kind === 'read') {
      const [packages, also] = known.value;
      return { packages: new Map(packages), also: new Set(also), status };
    }
    const { installs } = await baseRound(recipe.base);
    await mkdir(at, { recursive: true });
    const records = installs.size === 0 ? '' : (await apt.run(['apt-cache', 'show', ...exact(installs)])).stdout;
    writeUnsynced(status, records.replace(/^Package: .*$/gm, '$&\nStatus: install ok installed'));
    const also = [...(await baseRound(recipe.also, status)).installs.keys()];
    writeUnsynced(join(at, 'packages.json'), JSON.stringify([[...installs], also]));
    return { packages: installs, also: new Set(also), status };
  }

  async function baseRound(names: readonly string[], status?: string): Promise<Simulated> {
    const simulated = await simulate(apt, names, { recommends: recipe.recommends, status });
    if (simulated.ok) return simulated;
    throw new AppError(
      'refused',
      `The base system cannot be resolved: ${firstError(simulated)}`,
      'Check the repositories of the manifest.',
    );
  }

  async function resolve(names: readonly string[]): Promise<Resolution> {
    if (recipe.unpacks) return unpacked(names);
    const { packages: basePackages, also, status } = await base();
    const ask = (list: readonly string[]): Promise<Simulated> =>
      simulate(apt, [...list, ...recipe.also], { recommends: recipe.recommends, status });
    const { wanted, problems, simulated } = await resolveSatisfiable([...new Set(names)], ask, entries);
    const removed = new Set(simulated.removes);
    const versions = new Map([...basePackages].filter(([name]) => !removed.has(name)));
    for (const [name, version] of simulated.installs) versions.set(name, version);

    const entryOf = new Map<string, string>();
    for (const name of wanted)
      for (const real of simulated.selected.get(name) ?? [bareName(name)])
        if (!entryOf.has(real)) entryOf.set(real, name);
    const why = (name: string): 'named' | 'base' | 'pulled' =>
      entryOf.has(name) ? 'named' : basePackages.has(name) || also.has(name) ? 'base' : 'pulled';
    const found = await records(exact(versions));
    return { packages: describe(found, why, (name) => entryOf.get(name), recipe.recommends), problems, notes: [] };
  }

  /** Only the named packages, without their dependencies. */
  async function unpacked(names: readonly string[]): Promise<Resolution> {
    const found = await records(
      [...new Set(names)].filter((name) => isPlain(name)),
      [0, 100],
    );
    const known = new Set(found.map((record) => record.get('Package')));
    const lacking = names.filter((name) => !known.has(bareName(name)));
    return {
      packages: describe(
        found,
        () => 'named',
        () => undefined,
        false,
      ),
      problems: lacking.length === 0 ? [] : unknownNames(lacking, await entries()),
      notes: ['The step that installs packages only unpacks the named ones, without their dependencies.'],
    };
  }

  async function entries(): Promise<CatalogueEntry[]> {
    const { stdout } = await apt.run(['apt-cache', 'dumpavail']);
    const found = new Map<string, CatalogueEntry>();
    for (const record of readRecords(stdout)) {
      const entry = entryFrom(record);
      found.set(entry.name, entry);
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  return {
    edition,
    entries,
    resolve,
    async unknown(names) {
      const all = await entries();
      const known = new Set(all.flatMap(({ name, provides }) => [name, ...provides]));
      // Patterns and tasks are for APT to expand.
      return unknownNames(
        names.filter((name) => isPlain(name) && !known.has(bareName(name))),
        all,
      );
    },
    async refresh() {
      await apt.prepare(sources);
      await update(apt);
      const fetched: Omit<Edition, 'trouble'> = {
        kind: 'apt',
        revision: await revisionOf(apt.lists),
        fetched: new Date().toISOString(),
        repositories: await repositoriesOf(apt),
      };
      writeUnsynced(fetchedFile, JSON.stringify(fetched));
    },
    async details(name): Promise<PackageDetails | undefined> {
      await revision();
      return readDetails(apt, name);
    },
  };
}

/**
 * The entries that can be installed together, the packages that APT then installs, and the problems of the other
 * entries.
 */
async function resolveSatisfiable(
  names: readonly string[],
  ask: (list: readonly string[]) => Promise<Simulated>,
  entries: () => Promise<readonly CatalogueEntry[]>,
): Promise<{ wanted: readonly string[]; problems: PackageProblem[]; simulated: Simulated }> {
  const problems: PackageProblem[] = [];
  let wanted = names;
  for (;;) {
    const simulated = await ask(wanted);
    if (simulated.ok) return { wanted, problems, simulated };
    const found = unknownEntries(simulated, wanted, await entries());
    if (found.length === 0) {
      if (wanted.length === 0 || problems.filter(({ kind }) => kind === 'conflict').length >= MAX_CONFLICTS)
        throw new AppError(
          'refused',
          `APT finds no way to install the packages: ${firstError(simulated)}`,
          'Fix the other problems first.',
        );
      found.push(await firstConflict(wanted, ask));
    }
    problems.push(...found);
    const bad = new Set(found.map(({ name }) => name));
    wanted = wanted.filter((name) => !bad.has(name));
  }
}

/** The first entry that conflicts with an earlier one: the end of the shortest list that APT refuses. */
async function firstConflict(
  names: readonly string[],
  ask: (list: readonly string[]) => Promise<Simulated>,
): Promise<PackageProblem> {
  let good = 0;
  let bad = names.length;
  let refusal: Simulated | undefined;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const simulated = await ask(names.slice(0, middle));
    if (simulated.ok) good = middle;
    else [bad, refusal] = [middle, simulated];
  }
  return conflictOf(names[bad - 1] ?? '', refusal ?? (await ask(names)));
}

function entryFrom(record: PackageRecord): CatalogueEntry {
  return {
    name: record.get('Package') ?? '',
    version: record.get('Version') ?? '',
    section: record.get('Section') ?? '',
    summary: (record.get('Description') ?? record.get('Description-en') ?? '').split('\n', 1)[0] ?? '',
    installedSize: installedSize(record),
    downloadSize: downloadSize(record),
    provides: providedBy(record),
  };
}

/** A hash of the contents of all lists: of their Release files, and of the lists that have none. */
async function revisionOf(lists: string): Promise<string> {
  const all = createHash('sha256');
  for (const name of (await readdir(lists)).sort()) {
    if (!/_(In)?Release$|_Packages/.test(name)) continue;
    all.update(`${name}\n`);
    if (name.endsWith('Release')) all.update(await readFile(join(lists, name)));
  }
  return all.digest('hex').slice(0, 16);
}

async function repositoriesOf(apt: PrivateApt): Promise<Edition['repositories']> {
  const format = '$(REPO_URI)\t$(RELEASE)\t$(METAKEY)\t$(FILENAME)';
  const { stdout } = await apt.run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  const found = new Map<string, { name: string; dated?: string }>();
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [url = '', release = '', key = '', file = ''] = line.split('\t');
    const name = `${url.replace(/\/+$/, '')} ${release}`.trim();
    if (found.has(name)) continue;
    const dated = await dateOf(file, key);
    found.set(name, { name, ...(dated !== undefined && { dated }) });
  }
  return [...found.values()];
}

/** When a repository last changed, by the Release file beside a list. */
async function dateOf(list: string, key: string): Promise<string | undefined> {
  const tail = key.replaceAll('/', '_');
  const at = list.lastIndexOf(tail);
  if (at < 0) return undefined;
  const stem = list.slice(0, at);
  for (const name of ['InRelease', 'Release']) {
    const text = (await readIfThere(`${stem}${name}`))?.toString('utf8') ?? '';
    const time = Date.parse(/^Date: *(.+)$/m.exec(text)?.[1] ?? '');
    if (!Number.isNaN(time)) return new Date(time).toISOString();
  }
  return undefined;
}

const exact = (versions: ReadonlyMap<string, string>): string[] =>
  [...versions].map(([name, version]) => `${name}=${version}`);
/** Whether a name has no pattern. `apt-cache` would give patterns another meaning. */
const isPlain = (name: string): boolean => /^[a-z0-9][\w.+:=~/-]*$/i.test(name);
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
const firstError = ({ output }: Simulated): string => /^E: (.*)$/m.exec(output)?.[1] ?? 'it gives no reason';
