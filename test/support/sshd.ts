import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacksRootOr, runTool } from './run-tool';

const SSHD = '/usr/sbin/sshd';

/** Why no SSH server can run here, or `undefined`. */
export function lacksSshd(): string | undefined {
  return lacksRootOr('ssh-keygen', 'ssh-agent', 'ssh-add') ?? (existsSync(SSHD) ? undefined : `needs ${SSHD}`);
}

/** OpenSSH's own server on loopback, with its own port, host keys and configuration. */
export interface SshServer {
  readonly port: number;
  /** The server's folder, with its keys and configuration. */
  readonly folder: string;
  /** A private key without a passphrase that root may log in with. */
  readonly key: string;
  /** `type base64` of the ed25519 host key. */
  readonly hostKey: string;
  readonly fingerprint: string;
  /** The server's log so far, with every login attempt. */
  log(): string;
  /** Creates another key pair that root may log in with. Returns the path of the private key. */
  addKey(name: string, passphrase: string): string;
  /** Kills the processes of open connections, not the listener, so that each client loses its connection. */
  cut(): void;
  /** Stops these processes: the connections stay open and do not answer. */
  freeze(): void;
  /** Ends the server and all its connections, as when the host is switched off. Detached commands continue. */
  halt(): Promise<void>;
  /** The same, and starts the server again with the same keys at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server. `lines` come first in its configuration and therefore take precedence. A `Subsystem` among them replaces that of SFTP. */
export async function startSshd(...lines: string[]): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-sshd-'));
  const at = (name: string): string => join(folder, name);
  const keygen = (file: string, passphrase = ''): void => {
    runTool('ssh-keygen', '-q', '-t', 'ed25519', '-N', passphrase, '-C', 'slipway test', '-f', file);
  };
  // sshd does not start without the folder for its processes before the login.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  keygen(at('host'));
  keygen(at('key'));
  writeFileSync(at('authorized'), readFileSync(at('key.pub')));
  // sshd reads it as the user that logs in.
  chmodSync(folder, 0o711);
  // The remaining files in the home of an account are removed with the server.
  mkdirSync(at('home'));
  chmodSync(at('home'), 0o1777);
  const port = await freePort();
  const config = [
    ...lines,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    `SetEnv HOME=${at('home')}`,
    'PidFile none',
    'LogLevel VERBOSE',
    'PrintMotd no',
    // sshd refuses a second line of this name.
    ...(lines.some((line) => line.startsWith('Subsystem')) ? [] : ['Subsystem sftp internal-sftp']),
  ];
  writeFileSync(at('config'), `${config.join('\n')}\n`);
  let output = '';
  const launch = async (): Promise<ChildProcess> => {
    const child = spawn(SSHD, ['-D', '-e', '-f', at('config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let own = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      own += text;
      output += text;
    });
    await listening(child, () => own);
    return child;
  };
  const halt = async (): Promise<void> => {
    // The id of an ended server may belong to another process.
    if (server.exitCode !== null || server.signalCode !== null) return;
    signalConnections(server.pid, 'SIGKILL');
    server.kill();
    await once(server, 'exit');
  };
  let server = await launch();
  const hostKey = readFileSync(at('host.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  return {
    port,
    folder,
    key: at('key'),
    hostKey,
    fingerprint: runTool('ssh-keygen', '-l', '-f', at('host.pub')).split(' ')[1] ?? '',
    log: () => output,
    addKey(name, passphrase) {
      keygen(at(name), passphrase);
      writeFileSync(at('authorized'), readFileSync(at(`${name}.pub`)), { flag: 'a' });
      return at(name);
    },
    cut: () => signalConnections(server.pid, 'SIGKILL'),
    freeze: () => signalConnections(server.pid, 'SIGSTOP'),
    halt,
    async restart() {
      await halt();
      server = await launch();
    },
    async stop() {
      await halt();
      // A command on the host may still write to its home for a moment.
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

function signalConnections(server: number | undefined, signal: NodeJS.Signals): void {
  for (const pid of childrenOf(server))
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended by itself.
    }
}

function childrenOf(pid: number | undefined): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function listening(server: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.stderr?.on('data', () => output().includes('Server listening') && resolve());
    server.once('exit', () => reject(new Error(`sshd has ended: ${output()}`)));
  });
}
