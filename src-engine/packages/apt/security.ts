import { exec } from '../../system/exec';
import type { VersionChange } from '../package-source';
import type { PrivateApt } from './private-apt';

/**
 * The names of the packages whose change includes a security update: an archive of security updates has the new version,
 * or one in between. A point release takes such versions over into the main archive.
 */
export async function securityUpdates(apt: PrivateApt, changes: readonly VersionChange[]): Promise<Set<string>> {
  const found = new Set<string>();
  if (changes.length === 0) return found;
  const { stdout } = await apt.run(['apt-cache', 'madison', ...changes.map(({ name }) => name)]);
  const changeOf = new Map(changes.map((one) => [one.name, one]));
  for (const line of stdout.split('\n')) {
    const [name = '', version = '', archive = ''] = line.split('|').map((field) => field.trim());
    const change = changeOf.get(name);
    if (!change || !isSecurity(archive) || found.has(name)) continue;
    if ((await isNewer(version, change.before)) && !(await isNewer(version, change.after))) found.add(name);
  }
  return found;
}

/** `http://HOST/debian-security bookworm-security/main amd64 Packages` */
const isSecurity = (archive: string): boolean => /^\S+ \S*(-security|\/updates)\//.test(archive);

async function isNewer(version: string, than: string): Promise<boolean> {
  const argv = ['dpkg', '--compare-versions', version, 'gt', than] as const;
  return (await exec(argv, { okExitCodes: [0, 1], errorCode: 'unsupported' })).code === 0;
}
