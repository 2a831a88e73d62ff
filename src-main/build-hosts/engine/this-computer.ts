import { accessSync, constants } from 'node:fs';
import { hostname, release, type } from 'node:os';
import { delimiter, join } from 'node:path';
import { APP_CLIENT } from '../../../src-shared/journal/records';
import type { HostFacts } from '../../../src-shared/rpc/hosts';
import { createLocalTransport } from '../../transport/local';
import type { BuildHost } from '../build-host';
import { createEngineHost, type EngineCommand } from './engine-host';
import { accountName } from '../../system/account';

/**
 * The local build host, which is always available.
 *
 * @param engine the folder of the engine's commands
 */
export function thisComputer(engine: string): BuildHost {
  const command = engineCommand(engine);
  return createEngineHost({
    transport: createLocalTransport(),
    engine: async () => command,
    place: async (manifest) => manifest,
    whenReachable: async () => undefined,
  });
}

/** What a connection to another host reports, for this one. */
export function factsOfThisComputer(): HostFacts {
  const isRoot = process.getuid?.() === 0;
  return {
    system: `${type()} ${release()}`,
    name: hostname(),
    user: accountName(),
    root: isRoot ? 'root' : 'none',
    ...(!isRoot && { noRoot: 'Slipway was not started by root.' }),
    engine: 'slipway',
    version: `Node ${process.versions.node}`,
  };
}

/** The engine runs on Node: this process' own, the one on PATH, or Electron in its Node mode. */
function engineCommand(engine: string): EngineCommand {
  const program = join(engine, 'distro_const.cjs');
  const env = { SLIPWAY_CLIENT: APP_CLIENT };
  if (!process.versions['electron']) return { argv: [process.execPath, program], env };
  const node = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .find(isExecutable);
  return node === undefined
    ? { argv: [process.execPath, program], env: { ...env, ELECTRON_RUN_AS_NODE: '1' } }
    : { argv: [node, program], env };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
