import { join } from 'node:path';
import type { ConnectOptions, SshHost } from '../../src-main/transport/ssh/connection';
import type { Login } from '../../src-main/transport/ssh/authentication';
import type { SystemSsh } from '../../src-main/transport/ssh/system-ssh';
import type { SshServer } from './sshd';

/** The options to connect as root to a test's server, whose key is accepted. `login` replaces the key login. */
export function loginAt(server: SshServer, login: Partial<Login> = { keys: [server.key] }): ConnectOptions {
  return {
    target: hostOf(server, login),
    hostKeys: { read: [], own: join(server.folder, 'known_hosts'), accept: async () => true },
  };
}

export function hostOf(server: SshServer, login: Partial<Login> = { keys: [server.key] }): SshHost {
  return { host: '127.0.0.1', port: server.port, login: { user: 'root', ...login } };
}

/** The same login by the system's `ssh`, without a configuration file. */
export function bySystem(options: ConnectOptions, more: Partial<SystemSsh> = {}): ConnectOptions {
  const { host, port, login } = options.target;
  const keys = login.keys ?? [];
  const system = { address: host, port, user: login.user, keys, agent: false, password: true, configs: [], needs: [] };
  return { ...options, system: { ...system, ...more } };
}

/** Both SSH clients, for `describe.each`: their names, and how each connects. */
export const CLIENTS: readonly (readonly [string, (options: ConnectOptions) => ConnectOptions])[] = [
  ['the built-in client', (options) => options],
  ['the ssh command', (options) => bySystem(options)],
];
