import { openKeysHint, type OpenKey } from './key-permissions';

/**
 * What the user can do about a refused login.
 *
 * @param openKeys keys that were left out because other accounts can read them
 * @param message the last message of the host
 */
export function refusedLoginHint(openKeys: readonly OpenKey[], message = ''): string {
  // A host counts each offered key as an attempt (MaxAuthTries).
  const hasTooMany = /too many authentication failures/i.test(message);
  return [
    ...openKeysHint(openKeys),
    ...(hasTooMany
      ? [
          'More keys were offered than the host accepts attempts. Name the right key for this host, and set IdentitiesOnly in ~/.ssh/config or switch the agent off.',
        ]
      : []),
    'Check the user name, and that the key or the password is the one of this host.',
  ].join(' ');
}
