/** Code names of releases. A suite with one of them belongs to that release: `bookworm-security`, `cloud-sdk-bookworm`. */
const CODE_NAMES: ReadonlySet<string> = new Set([
  ...[
    'wheezy',
    'jessie',
    'stretch',
    'buster',
    'bullseye',
    'bookworm',
    'trixie',
    'forky',
    'duke',
    'sid',
    'experimental',
  ],
  ...['trusty', 'xenial', 'bionic', 'focal', 'jammy', 'lunar', 'mantic', 'noble', 'oracular', 'plucky', 'questing'],
]);

/** Names that a distribution's own archive moves from release to release. Elsewhere they are only names of suites. */
const MOVING_NAME = /^(oldoldstable|oldstable|stable|testing|unstable)\b/;
const DISTRIBUTION_ARCHIVE = /\/(debian|debian-security|debian-ports|ubuntu)\/*$/;

/** Whether a suite is a release, its updates, its security fixes or its backports. */
export const isOfRelease = (suite: string, release: string): boolean =>
  suite === release || suite.startsWith(`${release}-`) || suite.startsWith(`${release}/`);

/**
 * Whether a suite belongs to another release. Suites of vendors without a release in their name, and flat repositories,
 * are for every release.
 *
 * @param address the address of the repository
 */
export function isOfOtherRelease(suite: string, address: string, release: string): boolean {
  if (isOfRelease(suite, release)) return false;
  if (MOVING_NAME.test(suite)) return DISTRIBUTION_ARCHIVE.test(address);
  const names = suite.split(/[^a-z0-9]+/i).filter((part) => CODE_NAMES.has(part));
  return names.length > 0 && !names.includes(release);
}
