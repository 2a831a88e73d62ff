import type { Edition } from '../../../src-shared/engine-answers/packages';
import type { PackageLock } from '../../../src-shared/packages/package-lock';
import { unlockable, type Resolution } from '../package-source';
import type { IpsCatalogue } from './catalogue';

/**
 * The lock of resolved packages. A package has the FMRI as its origin, which names one content for ever: its version has
 * the time of its publication.
 *
 * Throws `AppError('refused')` when an entry cannot be installed.
 */
export function lockOf(
  names: readonly string[],
  { packages, problems }: Resolution,
  catalogue: IpsCatalogue,
  { repositories }: Pick<Edition, 'repositories'>,
): PackageLock {
  const [problem] = problems;
  if (problem) throw unlockable(problem);
  return {
    installer: 'ips',
    archives: repositories.map(({ name, dated = '-' }) => ({ url: name, suite: '-', release: '-', dated })),
    wanted: [...new Set(names)],
    priorities: new Map(),
    packages: packages.map(({ name, version }) => {
      const publisher = catalogue.versions(name).find((one) => one.versionText === version)?.publisher ?? '';
      return { name, architecture: '-', version, sha256: '-', origin: `pkg://${publisher}/${name}@${version}` };
    }),
  };
}
