import { contract } from '../../src-shared/rpc-contract';
import { createBuilds } from './builds';
import type { RunListener } from './builds/run-listener';
import { AreaPaths } from '../build-hosts/area-paths';
import { FollowedJournals } from '../journals/followed-journal';
import type { BuildHost } from '../build-hosts/build-host';
import { createCheckpointFiles } from './checkpoint-files';
import { createLogs } from './logs';
import { createMedia } from './outputs';
import { createPackages } from './packages';
import { CatalogueTexts } from './packages/catalogue-texts';
import type { BuildServices, CallContext, RoutedBuildServices } from '../rpc/services';
import { createShells } from './checkpoint-shell';
import { createSupport } from './support-bundle';

/**
 * All services for the builds on a host, independent of the carrier.
 *
 * @param catalogues folder of cached catalogue texts; without it they are not cached
 */
export function createBuildServices(host: BuildHost, onRun?: RunListener, catalogues?: string): BuildServices {
  const journals = new FollowedJournals(host.journals);
  const areas = new AreaPaths(host);
  return {
    builds: createBuilds(host, onRun, journals, areas),
    logs: createLogs(host, journals, areas),
    inside: createCheckpointFiles(host, areas),
    shell: createShells(host),
    media: createMedia(host),
    packages: createPackages(host, new CatalogueTexts(catalogues)),
    support: createSupport(host),
  };
}

const GROUPS = ['builds', 'logs', 'inside', 'shell', 'media', 'packages', 'support'] as const;

type Calls = Record<string, (input: { readonly host: string }, context: CallContext) => Promise<unknown>>;

/**
 * Combines the services of all hosts. Each call goes to the host that it names.
 *
 * @param servicesOf throws `missing` for a host that does not exist
 */
export function routeByHost(servicesOf: (host: string) => BuildServices): RoutedBuildServices {
  const routed = GROUPS.map((group): [string, Calls] => {
    const calls = Object.keys(contract[group]).map((name): [string, Calls[string]] => [
      name,
      async (input, context) => (servicesOf(input.host)[group] as unknown as Calls)[name]?.(input, context),
    ]);
    return [group, Object.fromEntries(calls)];
  });
  return Object.fromEntries(routed) as unknown as RoutedBuildServices;
}
