import type { BuildHost } from '../../build-hosts/build-host';
import { copyOut } from '../../files/copy-out';
import type { BuildServices } from '../../rpc/services';

/** Support bundles, made by the host's engine. Nothing of them stays on the host. */
export function createSupport(host: BuildHost): BuildServices['support'] {
  return {
    save: async ({ path: manifest, to }, { signal }) => ({
      path: await copyOut(to, () => host.supportBundle(manifest, signal)),
    }),
  };
}
