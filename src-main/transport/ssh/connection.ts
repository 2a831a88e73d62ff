import type { Socket } from 'node:net';
import type { Duplex, Readable, Writable } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { AnyAuthMethod, Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { AppError } from '../../../src-shared/errors';
import { algorithmsFor, noCommonAlgorithm, type AlgorithmSettings } from './algorithms';
import { createAuthentication, type Authentication, type Login } from './authentication';
import { createHostKeyJudge, fingerprint, type HostKeyPolicy } from './host-keys';
import { keyType, knownHostName } from './known-hosts';
import { createLost, type Lost } from './lost';
import { createReadyTimeout } from './ready-timeout';
import { SessionRefused } from './session-refused';
import { dial, forward } from './sockets';
import type { SystemSsh } from './system-ssh';

/** One machine on the path to the target. */
export interface SshHost {
  readonly host: string;
  readonly port: number;
  /** The name of its host key, if it differs from the address (`HostKeyAlias`). */
  readonly hostKeyAlias?: string;
  readonly login: Login;
  /** The algorithms that the configuration sets for it. */
  readonly algorithms?: AlgorithmSettings;
}

export interface ConnectOptions {
  /** Where commands run. */
  readonly target: SshHost;
  /** Jump hosts, nearest first. Each is verified under its own name and has its own login. */
  readonly jumps?: readonly SshHost[];
  readonly hostKeys: HostKeyPolicy;
  /** Interval of keep-alive requests in milliseconds. Three without an answer end the connection. Default 15000. */
  readonly keepAlive?: number;
  /** Timeout of the login in milliseconds, without the time of questions to the user. Default 20000. */
  readonly readyTimeout?: number;
  /** The system's `ssh` connects in place of the built-in client. */
  readonly system?: SystemSsh;
}

/** A command line that runs on the host, with its streams. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The end, after the output was read: the exit status, `null` after a signal, `undefined` when it was cut off. */
  readonly closed: Promise<number | null | undefined>;
  close(): void;
}

/** An authenticated connection to a host. */
export interface Connection extends Lost {
  /** `host`, or `[host]:port`. */
  readonly name: string;
  /** Algorithm and fingerprint of the host's key, as OpenSSH prints them. */
  readonly hostKey: { readonly type: string; readonly fingerprint: string };
  /** Runs a line in the login shell of the account. Rejects with the lost-connection error, or with `SessionRefused`. */
  open(line: string): Promise<Channel>;
  /**
   * As `open`, with an open file of this computer to which the output goes; the channel's `stdout` has standard error. `undefined` where the
   * client cannot.
   */
  readonly openTo?: (line: string, descriptor: number) => Promise<Channel>;
  /** Opens an SFTP session; `undefined` where the client has none. */
  readonly sftp?: () => Promise<SFTPWrapper>;
  /** Closes this connection and the connections to its jump hosts. */
  close(): void;
}

/** A connection of the built-in client, which may forward another one. */
interface BuiltInConnection extends Connection {
  readonly client: Client;
}

/** Connects and logs in, hop by hop. Rejects with an `AppError`: `unreachable`, `refused` (login, host key) or `cancelled` (a question). */
export async function connect(options: ConnectOptions): Promise<Connection> {
  let through: BuiltInConnection | undefined;
  try {
    for (const host of [...(options.jumps ?? []), options.target]) through = await hop(host, options, through);
  } catch (error) {
    through?.close();
    throw error;
  }
  return through as Connection;
}

async function hop(
  to: SshHost,
  options: ConnectOptions,
  through: BuiltInConnection | undefined,
): Promise<BuiltInConnection> {
  const name = knownHostName(to.host, to.port);
  const judge = await createHostKeyJudge(
    options.hostKeys,
    to.hostKeyAlias ?? to.host,
    to.hostKeyAlias === undefined ? to.port : 22,
  );
  let giveUp: (reason: AppError) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => (giveUp = reject));
  // Only raced with the login, which may have ended before.
  givenUp.catch(() => undefined);
  const readyTimeout = createReadyTimeout(options.readyTimeout ?? 20_000, () =>
    giveUp(new AppError('unreachable', `${name} does not answer.`, 'Check the address, the port and the network.')),
  );
  let sock: Duplex | undefined;
  try {
    if (through) {
      const opened = forward(through.client, to.host, to.port, [through.name, name]);
      sock = await Promise.race([opened, through.lost, givenUp]);
    } else {
      const dialled = dial(to.host, to.port, name);
      sock = dialled.socket;
      await Promise.race([dialled.connected, givenUp]);
    }
    const ssh = new NodeSSH();
    const authentication = createAuthentication(to.login, name, readyTimeout.whileAsking, to.algorithms);
    let isTrusted = false;
    let trustedKey: Buffer | undefined;
    let hostKey = { type: '', fingerprint: '' };
    const connecting = ssh.connect({
      sock: sock as Socket,
      username: to.login.user,
      readyTimeout: 0, // replaced by ours, which waits while the user answers
      keepaliveInterval: options.keepAlive ?? 15_000,
      keepaliveCountMax: 3,
      algorithms: algorithmsFor(to.algorithms, judge.preferred),
      hostVerifier: (key: Buffer, verify: (permitted: boolean) => void) => {
        // Later exchanges of keys on this connection are answered at once: while ssh2 waits, it sends packets that the host cannot read.
        if (trustedKey) return trustedKey.equals(key);
        void readyTimeout.whileAsking(judge.judge(key)).then(
          (refusal) => {
            if (refusal) giveUp(refusal);
            isTrusted = refusal === undefined;
            if (isTrusted) trustedKey = Buffer.from(key);
            hostKey = { type: keyType(key), fingerprint: fingerprint(key) };
            verify(isTrusted);
          },
          (error: unknown) => {
            giveUp(asAppError(error, name));
            verify(false);
          },
        );
      },
      // The type lacks `false`, which means "no more methods" (ssh2 README, authHandler).
      authHandler: (allowed, partial, use) =>
        authentication.next(allowed, partial, use as (method: AnyAuthMethod | false) => void),
    });
    const client = ssh.connection;
    if (!client) throw new Error('node-ssh has no client after connect() was called');
    const { end, ...lost } = createLost(name);
    const authenticated = new Promise<void>((resolve, reject) => {
      // Added at once, because a reset connection without a listener ends this program.
      client.on('error', (error) => {
        if (isAgentError(error)) return;
        end(error.message);
        reject(explainFailure(error, name, isTrusted ? authentication : undefined));
      });
      client.on('end', () => end('the other side has ended it'));
      client.on('close', () => {
        end('it was closed');
        reject(explainFailure(new Error('it was closed'), name));
      });
      client.on('change password', () =>
        reject(new AppError('refused', `${name} requires ${to.login.user} to set a new password first.`)),
      );
      client.once('ready', resolve);
      connecting.catch(
        (error: Error) =>
          isAgentError(error) || reject(explainFailure(error, name, isTrusted ? authentication : undefined)),
      );
    });
    await Promise.race([authenticated, givenUp]);
    const close = (): void => {
      end('it was closed here');
      client.end();
      // A frozen connection never answers the disconnect.
      setTimeout(() => sock?.destroy(), 1000).unref();
      through?.close();
    };
    const open = (line: string): Promise<Channel> => openChannel({ name, client, ...lost }, line);
    return { name, hostKey, client, open, sftp: () => ssh.requestSFTP(), ...lost, close };
  } catch (error) {
    sock?.destroy();
    throw asAppError(error, name);
  } finally {
    readyTimeout.end();
  }
}

/** Whether an error is an agent's refusal to sign. ssh2 reports it as an error and continues with the next key. */
function isAgentError(error: Error & { level?: string }): boolean {
  return error.level === 'agent';
}

/** The reason for a failed login. `authentication` is given when the host is trusted. */
function explainFailure(
  error: Error & { level?: string; code?: unknown },
  name: string,
  authentication?: Authentication,
): AppError {
  if (authentication && error.level === 'client-authentication') return authentication.reason();
  const mismatch = /no matching (.+)$/.exec(error.message)?.[1];
  if (error.level === 'handshake' && mismatch !== undefined) return noCommonAlgorithm(name, mismatch);
  // The host's disconnect message has a code (RFC 4253, 11.1), most often for too many attempts.
  if (authentication && typeof error.code === 'number') return authentication.reason(error.message);
  return new AppError(
    'unreachable',
    `${name} did not accept the login: ${error.message.replace(/\.$/, '')}.`,
    /packet length/i.test(error.message)
      ? 'The Banner in the sshd_config of the host may be too long for the built-in client. Shorten it, or choose the ssh command of this computer as SSH client.'
      : undefined,
  );
}

function asAppError(error: unknown, name: string): AppError {
  if (error instanceof AppError) return error;
  return explainFailure(error instanceof Error ? error : new Error(String(error)), name);
}

/** Opens a channel for a command line. */
function openChannel(
  { name, client, ...connection }: Lost & { readonly name: string; readonly client: Client },
  line: string,
): Promise<Channel> {
  const opened = new Promise<Channel>((resolve, reject) => {
    const fail = (error: Error & { reason?: unknown }): void =>
      reject(
        connection.isLost() ??
          (typeof error.reason === 'number'
            ? new SessionRefused(error.message)
            : new AppError('unreachable', `${name} does not accept the command: ${error.message}.`)),
      );
    try {
      client.exec(line, (error, channel) => {
        if (error) return fail(error);
        channel.on('error', () => undefined);
        // Listeners are added at once, because a short command may have sent everything before the promise resolves.
        const closed = closing(channel);
        resolve({ stdin: channel, stdout: channel, stderr: channel.stderr, closed, close: () => channel.close() });
      });
    } catch (error) {
      fail(error as Error);
    }
  });
  return Promise.race([opened, connection.lost]);
}

function closing(channel: ClientChannel): Channel['closed'] {
  return new Promise((resolve) => {
    let end: number | null | undefined;
    channel.on('exit', (code: number | null, signal?: string | null) => {
      if (code !== null || signal) end = code;
    });
    channel.on('close', () => resolve(end));
  });
}
