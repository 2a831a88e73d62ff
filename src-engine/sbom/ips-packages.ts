import { readIpsState } from '../packages/image/ips-state';
import type { InstalledSoftware } from './package-set';
import { purlOf } from './purl';

/**
 * The installed packages of an IPS image, from its catalogue `installed`. The catalogue has no dependencies. There is no
 * purl type for IPS, so the type is `generic` with the publisher as namespace.
 *
 * Throws `AppError('refused')` when the catalogue is damaged.
 */
export const readIpsPackages = (catalogue: string): InstalledSoftware[] =>
  readIpsState(catalogue).map(({ publisher, name, version }) => ({
    purl: purlOf(['generic', publisher, ...name.split('/')], version, {}),
    name,
    version,
    supplier: publisher,
    dependsOn: [],
    builtUsing: [],
  }));
