import { join } from 'node:path/posix';
import { AppError } from '../../src-shared/errors';
import type { HostEntry } from '../../src-shared/hosts/model';
import { detectRoot } from '../transport/ssh/root';
import type { ConnectOptions } from '../transport/ssh/connection';
import type { SshTransport } from '../transport/ssh/ssh-transport';
import { bringEngine } from './engine-files';
import type { ConnectHost, ConnectedHost } from './host-link';
import { probe, type Probe } from './probe';

/**
 * Connects to a host of the book, looks at what it has, and brings the engine there.
 *
 * @param engine the folder of the engine's commands on this computer
 * @param optionsOf how to connect, looked up anew each time: the address and the keys may have changed; `authenticated` is told when it worked
 */
export function connectHost(
  entry: HostEntry,
  engine: string,
  optionsOf: (entry: HostEntry, signal: AbortSignal) => Promise<ConnectOptions & { authenticated?(): Promise<void> }>,
): ConnectHost {
  return async (tell, signal) => {
    tell('connecting');
    const options = await optionsOf(entry, signal);
    // A third of the main process: loaded by who has such a host, not at each start.
    const { createSshTransport } = await import('../transport/ssh/ssh-transport');
    const transport = await createSshTransport(options);
    const close = (): void => transport.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      signal.throwIfAborted();
      await options.authenticated?.();
      return await look(entry, engine, transport, tell);
    } catch (error) {
      close();
      throw error;
    } finally {
      signal.removeEventListener('abort', close);
    }
  };
}

async function look(
  entry: HostEntry,
  engine: string,
  transport: SshTransport,
  tell: (step: string) => void,
): Promise<ConnectedHost> {
  tell('looking at what is there');
  const found = await probe(transport);
  const root = await detectRoot((argv) => transport.runAsAccount(argv), entry.root);
  const folder = join(found.home, '.local/share/slipway');
  const facts = {
    system: found.system,
    name: found.name,
    user: found.user,
    root: root.how,
    ...(root.why !== undefined && { noRoot: root.why }),
    hostKey: transport.hostKey,
  };
  const kind = kindOf(entry, found);
  if (kind === 'stock') {
    transport.useRoot(root.prefix);
    return {
      transport,
      folder,
      engine: undefined,
      facts: { ...facts, engine: 'stock', originalCommand: found.stock ?? '' },
    };
  }
  tell('bringing the engine');
  const node = found.node ?? { path: '', version: '' };
  const command = await bringEngine(transport, engine, node.path, folder);
  // What is ours there belongs to the account; only what builds becomes root.
  transport.useRoot(root.prefix);
  return {
    transport,
    folder,
    engine: command,
    facts: { ...facts, engine: 'slipway', version: `Node ${node.version}` },
  };
}

/** What builds there. Our engine where it can run, unless the book says otherwise. */
function kindOf(entry: HostEntry, { node, oldNode, stock, system }: Probe): 'slipway' | 'stock' {
  if (entry.engine === 'stock' && stock === undefined)
    throw new AppError(
      'unsupported',
      'This host has no distro_const.',
      'Install the distribution constructor there, or choose another build engine for this host.',
    );
  if (entry.engine === 'stock') return 'stock';
  if (node) return 'slipway';
  if (entry.engine === 'auto' && stock !== undefined) return 'stock';
  throw new AppError(
    'unsupported',
    `This host cannot build: ${oldNode ?? `there is no Node on it`}, and Slipway's engine needs Node 18 or newer${stock === undefined && system === 'SunOS' ? '; it has no distro_const either' : ''}.`,
    'Install Node 18 or newer there, for example with apt-get install nodejs.',
  );
}
