import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { APP_CLIENT } from '../../../src-shared/journal/records';
import { createLocalTransport } from '../../transport/local';
import type { BuildHost } from '../build-host';
import { createEngineHost, type EngineCommand } from './engine-host';

/**
 * The build host that is always there.
 *
 * @param engine the folder of the engine's commands
 */
export function thisComputer(engine: string): BuildHost {
  const command = engineCommand(engine);
  return createEngineHost({
    transport: createLocalTransport(),
    engine: async () => command,
    place: async (manifest) => manifest,
    reachable: async () => undefined,
  });
}

/** The engine runs on Node: the one we run on, the one on PATH, or Electron as one. */
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
