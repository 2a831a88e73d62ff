import { join } from 'node:path';
import { createBuildServices } from '../../src-main/services/build-services';
import type { BuildHost } from '../../src-main/build-hosts/build-host';
import { thisComputer } from '../../src-main/build-hosts/engine/this-computer';
import type { BuildServices } from '../../src-main/rpc/services';

/** The folder of the engine that was built. */
export const ENGINE = join(import.meta.dirname, '../../out/engine');

let chosen: BuildHost | undefined;

/** Uses another build host for all tests that this file imports after the call. */
export function useBuildHost(host: BuildHost): void {
  chosen = host;
}

/** The build host of these tests: this computer, with the engine that was built. */
export const buildHost = (): BuildHost => chosen ?? thisComputer(ENGINE);

/** Whether the tests use this computer, so that what they set in the environment counts on the build host. */
export const isThisComputer = (): boolean => chosen === undefined;

/** The services of building on it. */
export const buildServices = (): BuildServices => createBuildServices(buildHost());
