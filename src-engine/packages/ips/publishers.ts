import type { Unfollowed } from '../../../src-shared/engine-answers/packages';
import { withoutLogin } from '../../../src-shared/without-login';
import type { IpsOrigin } from '../../repositories/named';

/**
 * Whether the manifest names a publisher for an address. `pkg` in a build configures only those. An origin without a
 * publisher names all.
 */
export function isNamed(origins: readonly IpsOrigin[], address: string, publisher: string): boolean {
  return origins.some((one) => one.url === address && (one.publisher === '' || one.publisher === publisher));
}

/** The publishers that a manifest names for an address that does not have them. */
export function absentPublishers(
  origins: readonly IpsOrigin[],
  address: string,
  publishers: readonly string[],
): Unfollowed[] {
  return origins
    .filter((one) => one.url === address && one.publisher !== '' && !publishers.includes(one.publisher))
    .map(({ publisher }) => ({
      repository: address,
      severity: 'error',
      message: `${withoutLogin(address)} has no publisher ${publisher}. It has ${publishers.join(', ')}: name one of them for this address.`,
    }));
}
