import { detectLayout, partsOf } from '../layout';
import type { Problem } from '../problems';
import type { Rule } from './rule';
import { valuesAt, type PlacedValue } from './values-at';

/** Where a manifest names repositories, below the authorities. */
const ADDRESSES = [
  'pkg_repo_default_authority/main/@url',
  'pkg_repo_default_authority/mirror/@url',
  'pkg_repo_addl_authority/main/@url',
];

/** What of a repository queries and builds do not follow, at the address that the manifest has. */
export const repositoriesRule: Rule = {
  check(loaded, { repositoryFaults = [] }) {
    if (repositoryFaults.length === 0) return [];
    const { authorities } = partsOf(detectLayout(loaded.defaulted.root));
    const places = ADDRESSES.map((name) => `${authorities}/${name}`).flatMap((path) =>
      valuesAt(loaded.defaulted.root, path).map((place) => ({ ...place, path: path.replace('@', '') })),
    );
    return repositoryFaults.map(({ repository, message, severity = 'warning' }): Problem => {
      const place = places.find(({ value }) => isSame(value, repository));
      return {
        severity,
        phase: 'repository',
        code: 'repository-not-followed',
        message,
        path: place?.path ?? authorities,
        range: place?.range,
      };
    });
  },
};

/** A trailing slash does not matter. */
const isSame = (value: PlacedValue['value'], repository: string): boolean =>
  value.trim().replace(/\/+$/, '') === repository.replace(/\/+$/, '');
