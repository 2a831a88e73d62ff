import { createHash } from 'node:crypto';
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
  const format = '$(REPO_URI)\t$(RELEASE)\t$(METAKEY)\t$(FILENAME)';
  const { stdout } = await apt.run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  const found = new Map<string, { name: string; dated?: string }>();
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [url = '', release = '', key = '', file = ''] = line.split('\t');
    const name = `${withoutLogin(url).replace(/\/+$/, '')} ${release}`.trim();
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
