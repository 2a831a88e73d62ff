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

/**
 * Node's option for the engine, as `tools/bundle/start-lines.mjs` has it. The threads are for collecting garbage. A short program has
 * little of it, and on a busy computer more threads take as much processor time as the program.
 */
const ONE_THREAD = '--v8-pool-size=1';

/** The engine runs on Node: this process' own, the one on PATH, or Electron in its Node mode. */
async function engineCommand(engine: string): Promise<EngineCommand> {
  const program = join(engine, 'distro_const.cjs');
  const env = { SLIPWAY_CLIENT: APP_CLIENT, ...deferredCertificates() };
  if (!process.versions['electron']) return { argv: [process.execPath, ONE_THREAD, program], env };
  const programs = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  // Searched side by side, so that a folder that hangs costs its time once.
  const usable = await Promise.all(programs.map(isExecutable));
  const node = programs.find((_, at) => usable[at]);
  return node === undefined
    ? { argv: [process.execPath, program], env: { ...env, ELECTRON_RUN_AS_NODE: '1' } }
    : { argv: [node, ONE_THREAD, program], env };
}

/**
 * Keeps Node from reading all certificates at each start of the engine, which reads them when it needs them
 * (`src-engine/system/extra-certificates.ts`).
 */
function deferredCertificates(): Readonly<Record<string, string>> {
  const { NODE_EXTRA_CA_CERTS: file = '', NODE_OPTIONS: options = '' } = process.env;
  return file !== '' && options === '' ? { NODE_EXTRA_CA_CERTS: '', SLIPWAY_EXTRA_CA_CERTS: file } : {};
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
