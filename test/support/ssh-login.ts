import { join } from 'node:path';
import type { ConnectOptions, SshHost } from '../../src-main/transport/ssh/connection';
import type { Login } from '../../src-main/transport/ssh/authentication';
import type { SystemSsh } from '../../src-main/transport/ssh/system-ssh';
import type { SshServer } from './sshd';

/** What connects as root to a server that a test has started, and accepts its key; with other ways to log in where they are given. */
export function loginAt(server: SshServer, login: Partial<Login> = { keys: [server.key] }): ConnectOptions {
  return {
    target: hostOf(server, login),
    hostKeys: { read: [], own: join(server.folder, 'known_hosts'), accept: async () => true },
  };
}

export function hostOf(server: SshServer, login: Partial<Login> = { keys: [server.key] }): SshHost {
  return { host: '127.0.0.1', port: server.port, login: { user: 'root', ...login } };
}

/** The same login by the system's `ssh`, without any configuration. */
export function bySystem(options: ConnectOptions, more: Partial<SystemSsh> = {}): ConnectOptions {
  const { host, port, login } = options.target;
  const keys = login.keys ?? [];
  const system = { address: host, port, user: login.user, keys, agent: false, password: true, configs: [], needs: [] };
  return { ...options, system: { ...system, ...more } };
}

/** Both SSH clients, for `describe.each`: their names, and how each takes a login. */
export const CLIENTS: readonly (readonly [string, (options: ConnectOptions) => ConnectOptions])[] = [
  ['the built-in client', (options) => options],
  ['the ssh command', (options) => bySystem(options)],
];
