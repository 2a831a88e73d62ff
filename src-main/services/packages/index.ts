import type { BuildHost } from '../../build-hosts/build-host';
import type { BuildServices } from '../../rpc/services';
import type { CatalogueTexts } from './catalogue-texts';

/** Packages of repositories and images, as the host's engine reports them. */
export function createPackages(host: BuildHost, texts: CatalogueTexts): BuildServices['packages'] {
  return {
    catalogue: async ({ path, source, refresh, known }, { signal }) => {
      const answer = await host.packages.catalogue(path, source, refresh ?? false, signal);
      if (answer.revision === known) return answer;
      return { ...answer, text: await texts.read(host.transport, answer) };
    },
    show: ({ path, source, name }, { signal }) => host.packages.show(path, source, name, signal),
    resolve: ({ path, source }, { signal }) => host.packages.resolve(path, source, signal),
    files: ({ path, name }, { signal }) => host.packages.files(path, name, signal),
    installed: ({ path, of }, { signal }) => host.packages.installed(path, of, signal),
  };
}
