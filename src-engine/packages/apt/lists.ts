import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Edition } from '../../../src-shared/engine-answers/packages';
import type { CatalogueEntry } from '../../../src-shared/packages/catalogue';
import { withoutLogin } from '../../../src-shared/without-login';
import { readIfThere } from '../../system/files';
import type { PrivateApt } from './private-apt';
import { downloadSize, installedSize, providedBy, readRecords, type PackageRecord } from './records';

/** Every package of the lists once, in the version that APT prefers, sorted by name. */
export async function readEntries(apt: PrivateApt): Promise<CatalogueEntry[]> {
  const { stdout } = await apt.run(['apt-cache', 'dumpavail']);
  const found = new Map<string, CatalogueEntry>();
  for (const record of readRecords(stdout)) {
    const entry = entryFrom(record);
    found.set(entry.name, entry);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The records of packages, each once.
 *
 * @param names names, or `NAME=VERSION`
 * @param okExitCodes with 100, unknown names are left out
 */
export async function readPackages(
  apt: PrivateApt,
  names: readonly string[],
  okExitCodes: readonly number[] = [0],
): Promise<PackageRecord[]> {
  if (names.length === 0) return [];
  const { stdout } = await apt.run(['apt-cache', 'show', '--no-all-versions', ...names], okExitCodes);
  const found = new Map<string, PackageRecord>();
  for (const record of readRecords(stdout)) {
    const name = record.get('Package') ?? '';
    if (!found.has(name)) found.set(name, record);
  }
  return [...found.values()];
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
export async function revisionOf(lists: string): Promise<string> {
  const all = createHash('sha256');
  for (const name of (await readdir(lists)).sort()) {
    if (!/_(In)?Release$|_Packages/.test(name)) continue;
    all.update(`${name}\n`);
    if (name.endsWith('Release')) all.update(await readFile(join(lists, name)));
  }
  return all.digest('hex').slice(0, 16);
}

/** The repositories of the lists, each with its date where it has one. */
export async function repositoriesOf(apt: PrivateApt): Promise<Edition['repositories']> {
  const found = await releaseFiles(apt);
  return Promise.all(
    found.map(async ({ url, release, file }) => {
      const text = (file === undefined ? undefined : await readIfThere(file))?.toString('utf8') ?? '';
      const time = Date.parse(/^Date: *(.+)$/m.exec(text)?.[1] ?? '');
      const dated = Number.isNaN(time) ? undefined : new Date(time).toISOString();
      return { name: `${url} ${release}`.trim(), ...(dated !== undefined && { dated }) };
    }),
  );
}

/** A repository of the lists, and the file with its date and the sums of its lists. */
export interface ReleaseFile {
  readonly url: string;
  readonly release: string;
  /** `undefined` where there is none. */
  readonly file: string | undefined;
}

/** The repositories of the lists with their Release files, in the order of the sources. */
export async function releaseFiles(apt: PrivateApt): Promise<ReleaseFile[]> {
  const format = '$(REPO_URI)\t$(RELEASE)\t$(METAKEY)\t$(FILENAME)';
  const { stdout } = await apt.run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  const found = new Map<string, ReleaseFile>();
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [address = '', release = '', key = '', list = ''] = line.split('\t');
    const url = withoutLogin(address).replace(/\/+$/, '');
    const name = `${url} ${release}`;
    if (!found.has(name)) found.set(name, { url, release, file: fileBeside(list, key) });
  }
  return [...found.values()];
}

/** The Release file beside a list. */
function fileBeside(list: string, key: string): string | undefined {
  const at = list.lastIndexOf(key.replaceAll('/', '_'));
  if (at < 0) return undefined;
  const stem = list.slice(0, at);
  return ['InRelease', 'Release'].map((name) => `${stem}${name}`).find((path) => existsSync(path));
}
