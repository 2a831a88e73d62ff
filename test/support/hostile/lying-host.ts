import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Server, type AuthContext, type ServerChannel, type ServerConfig } from 'ssh2';

const SFTP = '/usr/lib/openssh/sftp-server';

/** Why such a host cannot run here, or `undefined`. */
export const lacksSftp = existsSync(SFTP) ? undefined : `needs ${SFTP}`;

/** The behaviour of a lying host. */
export interface Lie {
  readonly config?: Partial<ServerConfig>;
  /** Replaces SSH: what the host writes on each connection. */
  readonly raw?: (socket: Socket) => void;
  readonly login?: (attempt: AuthContext) => void;
  readonly noSession?: boolean;
  /** Answers a command; `false` runs the command. `token` is the line before its output. */
  readonly command?: (line: string, channel: ServerChannel, token: string) => boolean;
}

/** A running host. */
export interface LyingHost {
  readonly port: number;
  stop(): Promise<void>;
}

/** Writes a piece until the other side closes the channel. */
export function flood(piece: Buffer, write: (piece: Buffer) => boolean, channel: ServerChannel): void {
  const go = (): void => {
    while (!channel.destroyed && channel.writable) if (!write(piece)) return void channel.once('drain', go);
  };
  go();
}

/** Ends a command with a status. */
export function end(channel: ServerChannel, status = 0): void {
  channel.exit(status);
  channel.end();
}

/** Starts a host on loopback with this behaviour. Its commands run in `home`. */
export async function startLyingHost(lie: Lie, home: string): Promise<LyingHost> {
  const sockets = new Set<{ destroy(): void }>();
  // ssh2's own generator sometimes makes keys that it cannot read.
  const { privateKey: key } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const server = lie.raw
    ? createServer((socket) => {
        sockets.add(socket.on('error', () => undefined));
        lie.raw?.(socket);
      })
    : new Server({ hostKeys: [key], ...lie.config }, (client) => {
        sockets.add({ destroy: () => void client.end() });
        client.on('error', () => undefined);
        client.on('authentication', (attempt) => (lie.login ?? ((one) => one.accept()))(attempt));
        client.on('session', (accept, reject) => {
          if (lie.noSession) return void reject();
          const session = accept();
          session.on('exec', (take, _, { command }) => {
            const channel = take();
            channel.on('error', () => undefined);
            const token = /echo ([0-9a-f]{32})/.exec(command)?.[1] ?? '';
            if (lie.command?.(command, channel, token) !== true) run(command, channel, home);
          });
          session.on('subsystem', (take) => pipe(spawn(SFTP, [], { cwd: home }), take()));
        });
      });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function run(line: string, channel: ServerChannel, home: string): void {
  const child = spawn('sh', ['-c', line], { cwd: home, env: { PATH: process.env.PATH, HOME: home } });
  child.stderr.on('data', (data: Buffer) => channel.stderr.write(data));
  pipe(child, channel);
}

function pipe(child: ReturnType<typeof spawn>, channel: ServerChannel): void {
  channel.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  channel.on('data', (data: Buffer) => child.stdin?.write(data));
  channel.on('end', () => child.stdin?.end());
  child.stdout?.on('data', (data: Buffer) => channel.write(data));
  child.on('error', () => end(channel, 127));
  child.on('close', (code) => end(channel, code ?? 1));
}
