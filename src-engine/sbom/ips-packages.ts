import { purlOf } from './purl';
import type { InstalledSoftware } from './package-set';

/**
 * The installed packages of an IPS image, from its catalogue `installed`. The catalogue has no dependencies. There is no
 * purl type for IPS, so the type is `generic` with the publisher as namespace.
 */
export function readIpsPackages(catalogue: string): InstalledSoftware[] {
  const publishers = Object.entries(JSON.parse(catalogue) as Record<string, Record<string, { version: string }[]>>);
  return publishers
    .filter(([publisher]) => publisher !== '_SIGNATURE')
    .flatMap(([publisher, stems]) =>
      Object.entries(stems).flatMap(([name, versions]) =>
        versions.map(({ version }) => ({
          purl: purlOf(['generic', publisher, ...name.split('/')], version, {}),
          name,
          version,
          supplier: publisher,
          dependsOn: [],
          builtUsing: [],
        })),
      ),
    );
}
