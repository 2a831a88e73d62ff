import { createHash } from 'node:crypto';
import { AppError } from '../../../src-shared/errors';
import type { LockedArchive, LockedPackage } from '../../../src-shared/packages/package-lock';
import { withoutLogin } from '../../../src-shared/without-login';
import { readIfThere } from '../../system/files';
import type { Download } from '../package-source';
import { releaseFiles } from './lists';
import type { PrivateApt } from './private-apt';
import { readRecords, type PackageRecord } from './records';

/** A package of the lists with all that a lock needs. */
export interface LockablePackage extends LockedPackage {
  /** Its priority in the archive; empty where it has none. */
  readonly priority: string;
}

/**
 * Where APT would fetch the files of these packages from, and their checksums.
 *
 * Throws `AppError('refused')` for a package without an address or a SHA-256.
 *
 * @param versions versions by name
 */
export async function lockablePackages(
  apt: PrivateApt,
  versions: readonly { readonly name: string; readonly version: string }[],
): Promise<LockablePackage[]> {
  if (versions.length === 0) return [];
  const exact = versions.map(({ name, version }) => `${name}=${version}`);
  const { stdout: printed } = await apt.run(['apt-get', 'download', '--print-uris', ...exact]);
  const addresses = new Map<string, string>();
  for (const [, address = '', file = ''] of printed.matchAll(/^'([^']+)' (\S+)/gm))
    addresses.set(file.slice(0, file.indexOf('_')), withoutLogin(address));
  const { stdout: shown } = await apt.run(['apt-cache', 'show', ...exact]);
  const records = [...readRecords(shown)];
  return versions.map(({ name, version }) => {
    const origin = addresses.get(name);
    const own = records.filter((one) => one.get('Package') === name && one.get('Version') === version);
    // Two archives can have different files of one version.
    const record = own.find((one) => origin !== undefined && isAt(origin, one)) ?? own[0];
    const sha256 = record?.get('SHA256');
    if (origin === undefined || record === undefined || sha256 === undefined)
      throw new AppError(
        'refused',
        `${name} ${version} cannot be locked: its archive gives ${origin === undefined ? 'no address' : 'no SHA-256'} for it.`,
        'Use an archive whose package lists have SHA-256 sums.',
      );
    const [architecture = '', priority = ''] = [record.get('Architecture'), record.get('Priority')];
    return { name, architecture, version, sha256, origin, priority };
  });
}

function isAt(address: string, record: PackageRecord): boolean {
  const path = (record.get('Filename') ?? '').replace(/^\.\//, '');
  return path !== '' && (address.endsWith(path) || decodeURIComponent(address).endsWith(path));
}

/** The archives of the lists, each with the digest and the date of its Release file. */
export async function lockedArchives(apt: PrivateApt): Promise<LockedArchive[]> {
  const found = await releaseFiles(apt);
  return Promise.all(
    found.map(async ({ url, release: suite, file }): Promise<LockedArchive> => {
      const bytes = file === undefined ? undefined : await readIfThere(file);
      const time = Date.parse(/^Date: *(.+)$/m.exec(bytes?.toString('utf8') ?? '')?.[1] ?? '');
      return {
        url,
        suite: suite === '' ? './' : suite,
        release: bytes ? createHash('sha256').update(bytes).digest('hex') : '-',
        dated: Number.isNaN(time) ? '-' : new Date(time).toISOString(),
      };
    }),
  );
}

/** Where Debian and Ubuntu have APT's helper, which fetches as APT does: with its proxies, logins and methods. */
const HELPER = '/usr/lib/apt/apt-helper';

/**
 * Fetches files and checks their sums. What was fetched before a failure stays.
 *
 * Throws `AppError('unreachable')` with the messages of APT.
 */
export async function download(apt: PrivateApt, files: readonly Download[]): Promise<void> {
  const triples = files.flatMap(({ origin, sha256, to }) => [
    // The method `file` leaves the file where it is.
    origin.replace(/^file:/, 'copy:'),
    to,
    `SHA256:${sha256}`,
  ]);
  if (triples.length === 0) return;
  const { code, stderr } = await apt.run([HELPER, 'download-file', ...triples], [0, 100]);
  if (code === 0) return;
  const lines = stderr.split('\n').filter((line) => /^E: (?!Download Failed)/.test(line));
  const reasons = [...new Set(lines.map((line) => line.slice(3).replace(/\s+/g, ' ').trim()))];
  throw new AppError(
    'unreachable',
    `Packages of the lock cannot be fetched: ${withoutLogin(reasons.slice(0, 3).join('; ')) || 'APT gives no reason'}`,
    'Check the network of the build host. An archive that no longer has a version needs distro_const lock --update, or a host that still has its file.',
  );
}
