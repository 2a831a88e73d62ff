import { toLines } from '../../../src-shared/packages/catalogue';
import type { PackageDetails } from '../../../src-shared/engine-answers/packages';
import type { PrivateApt } from './private-apt';
import { downloadSize, installedSize, providedBy, readRecords, relationLines, type PackageRecord } from './records';

/** All details of a package that the lists have; `undefined` when they have no package of that name. */
export async function readDetails(apt: PrivateApt, name: string): Promise<PackageDetails | undefined> {
  if (!/^[a-z0-9][a-z0-9+.-]*$/i.test(name)) return undefined;
  // The version that APT chooses, which is not the newest where a pin chooses another.
  const { stdout } = await apt.run(['apt-cache', 'show', '--no-all-versions', name], [0, 100]);
  const records = [...readRecords(toLines(stdout))];
  const record = records.find((one) => one.get('Package') === name) ?? records[0];
  if (!record) return undefined;
  const [summary = '', ...paragraphs] = descriptionOf(record).split('\n');
  const [installed, download, homepage] = [installedSize(record), downloadSize(record), record.get('Homepage')];
  return {
    name: record.get('Package') ?? name,
    version: record.get('Version') ?? '',
    versions: await versionsOf(apt, record.get('Package') ?? name),
    section: record.get('Section') ?? '',
    summary,
    description: joinParagraphs(paragraphs),
    ...(homepage !== undefined && { homepage }),
    ...(installed !== undefined && { installedSize: installed }),
    ...(download !== undefined && { downloadSize: download }),
    provides: providedBy(record),
    depends: ['Pre-Depends', 'Depends'].flatMap((field) => relationLines(record.get(field))),
    recommends: relationLines(record.get('Recommends')),
    conflicts: ['Conflicts', 'Breaks'].flatMap((field) => relationLines(record.get(field))),
  };
}

/** A translated description is a field of its own and is longer. */
const descriptionOf = (record: PackageRecord): string =>
  record.get('Description-en') ?? record.get('Description') ?? '';

/**
 * Joins lines into paragraphs. A lone dot is an empty line; lines that begin with a blank or a bullet are kept apart.
 */
function joinParagraphs(lines: readonly string[]): string {
  let text = '';
  for (const line of lines) {
    const isFree = /^\s|^[*-] /.test(line);
    if (line.trim() === '.') text += '\n\n';
    else text += `${text === '' || text.endsWith('\n') ? '' : isFree ? '\n' : ' '}${line}`;
  }
  return text.replace(/\n{3,}/g, '\n\n').trim();
}

/** Parses lines of the form `NAME | VERSION | FROM`, newest first. */
async function versionsOf(apt: PrivateApt, name: string): Promise<PackageDetails['versions']> {
  const { stdout } = await apt.run(['apt-cache', 'madison', name], [0, 100]);
  return stdout.split('\n').flatMap((line) => {
    const [, version, from] = line.split('|').map((cell) => cell.trim());
    return version === undefined || from === undefined || from.endsWith('Sources') ? [] : [{ version, from }];
  });
}
