import { AppError } from '../../src-shared/errors';
import type { Manifest } from '../../src-shared/manifest/model';
import type { RuleContext } from '../../src-shared/manifest/rules/rule';
import { entriesOf } from './entries';
import { openCachedPackages, unfollowedBy } from './open';

/**
 * Returns what only the build host knows of a manifest's packages: the entries of the package list that the cached
 * package lists do not have, and what of the repositories is not followed. Fetches and writes nothing; without a cache
 * only the host's configuration is read.
 */
export async function cachedPackageFaults(manifest: Manifest): Promise<RuleContext> {
  const names = entriesOf(manifest);
  try {
    const source = await openCachedPackages(manifest);
    const edition = await source?.edition();
    return {
      packageFaults: source && edition && names.length > 0 ? await source.unknown(names) : [],
      // An edition without the field has none: the configuration need not be read again.
      repositoryFaults: edition ? (edition.unfollowed ?? []) : await unfollowedBy(manifest),
    };
  } catch (error) {
    // Another check reports a manifest without a repository, and a host without a tool.
    if (error instanceof AppError) return {};
    throw error;
  }
}
