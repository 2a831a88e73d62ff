import { constants } from 'node:fs';
import { hostname, release, type } from 'node:os';
import { delimiter, join } from 'node:path';
import { APP_CLIENT } from '../../../src-shared/journal/records';
import type { HostFacts } from '../../../src-shared/rpc/hosts';
import { createLocalTransport } from '../../transport/local';
import type { BuildHost } from '../build-host';
import { createEngineHost, type EngineCommand } from './engine-host';
import { accountName } from '../../system/account';
import { access } from '../../system/files';

/**
 * The local build host, which is always available.
 *
 * @param engine the folder of the engine's commands
 */
export function thisComputer(engine: string): BuildHost {
  let command: Promise<EngineCommand> | undefined;
  return createEngineHost({
    transport: createLocalTransport(),
    engine: () => (command ??= engineCommand(engine)),
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
async function engineCommand(engine: string): Promise<EngineCommand> {
  const program = join(engine, 'distro_const.cjs');
  const env = { SLIPWAY_CLIENT: APP_CLIENT };
  if (!process.versions['electron']) return { argv: [process.execPath, program], env };
  const programs = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  // Searched side by side, so that a folder that hangs costs its time once.
  const usable = await Promise.all(programs.map(isExecutable));
  const node = programs.find((_, at) => usable[at]);
  return node === undefined
    ? { argv: [process.execPath, program], env: { ...env, ELECTRON_RUN_AS_NODE: '1' } }
    : { argv: [node, program], env };
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
