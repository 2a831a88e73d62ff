import { join } from 'node:path/posix';
import { AppError } from '../../src-shared/errors';
import type { HostEntry } from '../../src-shared/hosts/model';
import { detectRoot } from '../transport/ssh/root';
import type { ConnectOptions } from '../transport/ssh/connection';
import type { SshTransport } from '../transport/ssh/ssh-transport';
import { installEngine } from './engine-files';
import type { ConnectHost, ConnectedHost } from './host-link';
import { probe, type Probe } from './probe';

/**
 * Connects to a host of the book, probes it, and copies the engine to it.
 *
 * @param engine the folder of the engine's commands on this computer
 * @param optionsOf returns how to connect. Called at each attempt, because address and keys may have changed. `authenticated` is called after the login
 */
export function connectHost(
  entry: HostEntry,
  engine: string,
  optionsOf: (entry: HostEntry, signal: AbortSignal) => Promise<ConnectOptions & { authenticated?(): Promise<void> }>,
): ConnectHost {
  return async (report, signal) => {
    report('connecting');
    const options = await optionsOf(entry, signal);
    // A third of the main process' code, loaded when the first SSH host is used.
    const { createSshTransport } = await import('../transport/ssh/ssh-transport');
    const transport = await createSshTransport(options);
    const close = (): void => transport.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      signal.throwIfAborted();
      await options.authenticated?.();
      return await prepareHost(entry, engine, transport, report);
    } catch (error) {
      close();
      throw error;
    } finally {
      signal.removeEventListener('abort', close);
    }
  };
}

async function prepareHost(
  entry: HostEntry,
  engine: string,
  transport: SshTransport,
  report: (step: string) => void,
): Promise<ConnectedHost> {
  report('probing the host');
  const found = await probe(transport);
  const oneSession = await transport.hasOneSession();
  const root = await detectRoot((argv) => transport.runAsAccount(argv), entry.root);
  const folder = join(found.home, '.local/share/slipway');
  const facts = {
    system: found.system,
    name: found.name,
    user: found.user,
    root: root.how,
    ...(root.why !== undefined && { noRoot: root.why }),
    ...(oneSession && { oneSession }),
    hostKey: transport.hostKey,
    client: { name: transport.client.name, needs: [...transport.client.needs] },
  };
  const kind = kindOf(entry, found);
  if (kind === 'stock') {
    transport.useRoot(root.prefix);
    return {
      transport,
      folder,
      engine: undefined,
      facts: { ...facts, engine: 'stock', originalCommand: found.original ?? '' },
    };
  }
  report('copying the engine');
  const node = found.node ?? { path: '', version: '' };
  const command = await installEngine(transport, engine, node.path, folder);
  // Slipway's files belong to the account; only commands that build run as root.
  transport.useRoot(root.prefix);
  return {
    transport,
    folder,
    engine: command,
    facts: { ...facts, engine: 'slipway', version: `Node ${node.version}` },
  };
}

/** Chooses the build engine: Slipway's where it can run, unless the host book names one. */
function kindOf(entry: HostEntry, { node, oldNode, original, system }: Probe): 'slipway' | 'stock' {
  if (entry.engine === 'stock' && original === undefined)
    throw new AppError(
      'unsupported',
      'This host has no distro_const.',
      'Install the distribution constructor there, or choose another build engine for this host.',
    );
  if (entry.engine === 'stock') return 'stock';
  if (node) return 'slipway';
  if (entry.engine === 'auto' && original !== undefined) return 'stock';
  throw new AppError(
    'unsupported',
    `This host cannot build: ${oldNode ?? 'Node is not installed'}, and Slipway's engine needs Node 18 or newer${original === undefined && system === 'SunOS' ? '; it has no distro_const either' : ''}.`,
    'Install Node 18 or newer there, for example with apt-get install nodejs.',
  );
}
