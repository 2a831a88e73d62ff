import { AppError } from '../../src-shared/errors';
import { readManifest } from '../../src-shared/manifest/model';
import { areaCheck } from './checks/area';
import { clockCheck } from './checks/clock';
import { extendedAttributesCheck } from './checks/extended-attributes';
import { fileSystemCheck } from './checks/file-system';
import { freeSpaceCheck } from './checks/free-space';
import { hostToolsCheck } from './checks/host-tools';
import { lockCheck } from './checks/lock';
import { manifestCheck } from './checks/manifest';
import { nodeCheck } from './checks/node';
import { packagesCheck } from './checks/packages';
import { privilegesCheck } from './checks/privileges';
import { repositoriesCheck } from './checks/repositories';
import { scriptsCheck } from './checks/scripts';
import { systemCheck } from './checks/system';
import { toolsCheck } from './checks/tools';
import { zfsCheck } from './checks/zfs';
import type { Check } from './check';
import { namedSources } from '../repositories/named';
import { probeRepository } from '../repositories/probe';
import type { Subject } from './subject';

/** The checks that need no manifest. */
export function hostChecks(): Check[] {
  return [systemCheck, nodeCheck, privilegesCheck(), zfsCheck, hostToolsCheck];
}

/** The checks for building a manifest on this host. Each repository is asked once, for all checks together. */
export function manifestChecks(subject: Subject): Check[] {
  // The manifest as written, because the engine's default repository is meant for manifests without any.
  const sources = namedSources(readManifest(subject.file.tree));
  const probes = sources.then(({ repositories }) => Promise.all(repositories.map(probeRepository)));
  // Each check that waits for the answer reports the failure itself.
  probes.catch(() => undefined);
  const { place } = subject;
  return [
    systemCheck,
    nodeCheck,
    privilegesCheck(subject),
    clockCheck(probes),
    manifestCheck(subject),
    ...(place instanceof AppError ? [] : [fileSystemCheck(place)]),
    areaCheck(subject),
    ...(place instanceof AppError ? [] : [extendedAttributesCheck(place.area), freeSpaceCheck(place)]),
    toolsCheck(subject),
    repositoriesCheck(sources, probes),
    packagesCheck(subject, sources, probes),
    scriptsCheck(subject),
    ...(place instanceof AppError ? [] : [lockCheck(place.area)]),
  ];
}
