import { createBuilds } from './builds';
import type { RunListener } from './builds/session';
import type { BuildHost } from './hosts/build-host';
import { createInside } from './inside';
import { createLogs } from './logs';
import { createMedia } from './media';
import type { BuildServices } from './rpc/services';
import { createShells } from './shell';

/** Everything that main does with builds on a host, for any carrier. */
export function createBuildServices(host: BuildHost, onRun?: RunListener): BuildServices {
  return {
    builds: createBuilds(host, onRun),
    logs: createLogs(host),
    inside: createInside(host),
    shell: createShells(host),
    media: createMedia(host),
  };
}
