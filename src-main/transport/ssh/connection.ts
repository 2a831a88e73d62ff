import { connect as connectSocket, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { AlgorithmList, AnyAuthMethod, Client, ServerHostKeyAlgorithm } from 'ssh2';
import { AppError } from '../../../src-shared/errors';
import { createAuthentication, type Login } from './authentication';
import { createHostKeyJudge, type HostKeyPolicy } from './host-keys';
import { knownHostName } from './known-hosts';
import { createPatience, type Patience } from './patience';

/** One machine on the way. */
export interface SshHost {
  readonly host: string;
  readonly port: number;
  readonly login: Login;
}

export interface ConnectOptions {
  /** Where commands run. */
  readonly target: SshHost;
  /** Hosts on the way to it, the nearest first. Each is verified under its own name and logged in on its own. */
  readonly jumps?: readonly SshHost[];
  readonly hostKeys: HostKeyPolicy;
  /** After how many milliseconds of silence a sign of life is asked for; three that are not answered end the connection. 15000 when left out. */
  readonly keepAlive?: number;
  /** How many milliseconds a host may be silent before it has let us in; questions to a person do not count. 20000 when left out. */
  readonly patience?: number;
}

/** A way to a host, logged in. */
export interface Connection {
  /** `host`, or `[host]:port`. */
  readonly name: string;
  readonly ssh: NodeSSH;
  readonly client: Client;
  /** Rejects, once, when the connection is lost or closed; never resolves, and may be left alone. */
  readonly lost: Promise<never>;
  /** The error for what was cut off, when the connection is no more. */
  isLost(): AppError | undefined;
  /** Closes this connection and those it goes through. */
  close(): void;
}

/** Connects and logs in, hop by hop. Rejects with an `AppError`: `unreachable`, `refused` (login, host key) or `cancelled` (a question). */
export async function connect(options: ConnectOptions): Promise<Connection> {
  let through: Connection | undefined;
  try {
    for (const host of [...(options.jumps ?? []), options.target]) through = await hop(host, options, through);
  } catch (error) {
    through?.close();
    throw error;
  }
  return through as Connection;
}

async function hop(to: SshHost, options: ConnectOptions, through: Connection | undefined): Promise<Connection> {
  const name = knownHostName(to.host, to.port);
  const judge = await createHostKeyJudge(options.hostKeys, to.host, to.port);
  let reason: AppError | undefined;
  let sock: Duplex | undefined;
  const patience: Patience = createPatience(options.patience ?? 20_000, () => {
    reason ??= new AppError('unreachable', `${name} does not answer.`, 'Check the address, the port and the network.');
    sock?.destroy(reason);
  });
  const authentication = createAuthentication(to.login, name, patience.whileAsking);
  const ssh = new NodeSSH();
  try {
    sock = through ? await forwarded(through, to) : await dial(to, name, (socket) => (sock = socket));
    let shaken = false;
    const connected = ssh.connect({
      sock: sock as Socket,
      username: to.login.user,
      readyTimeout: 0, // ours waits while a person thinks
      keepaliveInterval: options.keepAlive ?? 15_000,
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: first(judge.preferred) },
      hostVerifier: (key: Buffer, verify: (permitted: boolean) => void) => {
        void patience
          .whileAsking(judge.judge(key))
          .catch((error: unknown) => asAppError(error, name))
          .then((refusal) => {
            reason ??= refusal;
            verify(refusal === undefined);
          });
      },
      authHandler: (allowed, partial, use) => {
        shaken = true;
        // Its type leaves out `false`, the word for "nothing more" (ssh2 README, authHandler).
        authentication.next(allowed, partial, use as (method: AnyAuthMethod | false) => void);
      },
    });
    const client = ssh.connection;
    if (!client) throw new Error('node-ssh has no client after connect() was called');
    client.on('change password', () => {
      reason ??= new AppError('refused', `${name} wants ${to.login.user} to set a new password first.`);
      sock?.destroy();
    });
    // From the first moment: without a listener a connection that is reset ends this program.
    const watched = watch(client, name, through);
    await connected.catch((error: Error) => {
      if (reason) throw reason;
      if (shaken && (error as { level?: string }).level === 'client-authentication') throw authentication.reason();
      // The host's own farewell has a number (RFC 4253, 11.1): too many attempts, most of the time.
      if (shaken && typeof (error as { code?: unknown }).code === 'number') throw authentication.reason(error.message);
      throw unreachable(name, error, shaken ? 'while logging in' : 'before the login');
    });
    return { name, ssh, client, ...watched };
  } catch (error) {
    sock?.destroy();
    throw reason ?? asAppError(error, name);
  } finally {
    patience.end();
  }
}

/** Says when a connection is lost. */
function watch(
  client: Client,
  name: string,
  through: Connection | undefined,
): Omit<Connection, 'name' | 'ssh' | 'client'> {
  let error: AppError | undefined;
  let fail: (error: AppError) => void;
  const lost = new Promise<never>((_, reject) => (fail = reject));
  lost.catch(() => undefined);
  const end = (why: string): void => {
    error ??= connectionLost(name, why);
    fail(error);
  };
  client.on('error', ({ message }) => end(message));
  client.on('end', () => end('the other side has ended it'));
  client.on('close', () => end('it was closed'));
  return {
    lost,
    isLost: () => error,
    close() {
      end('it was closed here');
      client.end();
      // A link that is frozen never answers the farewell.
      setTimeout(() => client.destroy(), 1000).unref();
      through?.close();
    },
  };
}

/**
 * Moves algorithms to the front of the default list: taken out first, since ssh2 leaves those that are in it where they are. A pattern and
 * not names: ssh2 ends with an error for a name that this program's crypto library does not have. Its type knows names only.
 */
function first(names: readonly string[]): AlgorithmList<ServerHostKeyAlgorithm> {
  const pattern = new RegExp(`^(?:${names.join('|')})$`);
  return { remove: pattern, prepend: pattern, append: [] } as unknown as AlgorithmList<ServerHostKeyAlgorithm>;
}

/** What was cut off: it is neither done nor failed. */
function connectionLost(name: string, why: string): AppError {
  return new AppError(
    'unreachable',
    `The connection to ${name} was lost (${why.replace(/\.$/, '')}). State unknown: what ran there may still run.`,
    'Connect again and look.',
  );
}

function unreachable(name: string, error: Error, when: string): AppError {
  return new AppError('unreachable', `The connection to ${name} ended ${when}: ${error.message.replace(/\.$/, '')}.`);
}

function asAppError(error: unknown, name: string): AppError {
  if (error instanceof AppError) return error;
  return unreachable(name, error instanceof Error ? error : new Error(String(error)), 'before the login');
}

/** A TCP connection. `opened` is told of the socket at once, so that it can be given up. */
function dial(to: SshHost, name: string, opened: (socket: Socket) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host: to.host, port: to.port });
    opened(socket);
    socket.setNoDelay(true);
    socket.once('connect', () => resolve(socket));
    socket.on('error', (error) =>
      reject(
        error instanceof AppError ? error : new AppError('unreachable', `${name} cannot be reached: ${error.message}.`),
      ),
    );
  });
}

/** A connection that a jump host makes for us. */
function forwarded(through: Connection, to: SshHost): Promise<Duplex> {
  const opened = new Promise<Duplex>((resolve, reject) => {
    through.client.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel) => {
      if (!error) return resolve(channel);
      const name = knownHostName(to.host, to.port);
      reject(new AppError('unreachable', `${through.name} cannot reach ${name}: ${error.message}.`));
    });
  });
  return Promise.race([opened, through.lost]);
}
