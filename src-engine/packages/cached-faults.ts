import { AppError } from '../../src-shared/errors';
import type { Manifest } from '../../src-shared/manifest/model';
import type { PackageFault } from '../../src-shared/manifest/rules/rule';
import { entriesOf, openCachedPackages } from './open';

/**
 * Returns the entries of the package list that the cached package lists do not have. Fetches and writes nothing; empty
 * without a cache.
 */
export async function cachedPackageFaults(manifest: Manifest): Promise<readonly PackageFault[]> {
  const names = entriesOf(manifest);
  try {
    const source = names.length === 0 ? undefined : await openCachedPackages(manifest);
    return source && (await source.edition()) ? await source.unknown(names) : [];
  } catch (error) {
    // Another check reports a manifest without a repository, and a host without a tool.
    if (error instanceof AppError) return [];
    throw error;
  }
}
