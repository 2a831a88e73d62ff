import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { AlgorithmList, AnyAuthMethod, Client, ServerHostKeyAlgorithm } from 'ssh2';
import { AppError } from '../../../src-shared/errors';
import { createAuthentication, type Authentication, type Login } from './authentication';
import { createHostKeyJudge, fingerprint, type HostKeyPolicy } from './host-keys';
import { keyType, knownHostName } from './known-hosts';
import { createLost, type Lost } from './lost';
import { createReadyTimeout } from './ready-timeout';
import { dial, forward } from './sockets';

/** One machine on the path to the target. */
export interface SshHost {
  readonly host: string;
  readonly port: number;
  /** The name of its host key, if it differs from the address (`HostKeyAlias`). */
  readonly hostKeyAlias?: string;
  readonly login: Login;
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
}

/** An authenticated connection to a host. */
export interface Connection extends Lost {
  /** `host`, or `[host]:port`. */
  readonly name: string;
  /** Algorithm and fingerprint of the host's key, as OpenSSH prints them. */
  readonly hostKey: { readonly type: string; readonly fingerprint: string };
  readonly ssh: NodeSSH;
  readonly client: Client;
  /** Closes this connection and the connections to its jump hosts. */
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
  const judge = await createHostKeyJudge(
    options.hostKeys,
    to.hostKeyAlias ?? to.host,
    to.hostKeyAlias === undefined ? to.port : 22,
  );
  let giveUp: (reason: AppError) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => (giveUp = reject));
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
    const authentication = createAuthentication(to.login, name, readyTimeout.whileAsking);
    let isTrusted = false;
    let hostKey = { type: '', fingerprint: '' };
    const connecting = ssh.connect({
      sock: sock as Socket,
      username: to.login.user,
      readyTimeout: 0, // replaced by ours, which waits while the user answers
      keepaliveInterval: options.keepAlive ?? 15_000,
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: first(judge.preferred) },
      hostVerifier: (key: Buffer, verify: (permitted: boolean) => void) => {
        void readyTimeout.whileAsking(judge.judge(key)).then(
          (refusal) => {
            if (refusal) giveUp(refusal);
            isTrusted = refusal === undefined;
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
    return { name, hostKey, ssh, client, ...lost, close };
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
  // The host's disconnect message has a code (RFC 4253, 11.1), most often for too many attempts.
  if (authentication && typeof error.code === 'number') return authentication.reason(error.message);
  return new AppError('unreachable', `${name} did not accept the login: ${error.message.replace(/\.$/, '')}.`);
}

function asAppError(error: unknown, name: string): AppError {
  if (error instanceof AppError) return error;
  return explainFailure(error instanceof Error ? error : new Error(String(error)), name);
}

/**
 * Moves algorithms to the front of the default list. They are removed first, because ssh2 does not move entries that are in it. A pattern
 * and not names, because ssh2 fails for a name that this program's crypto library does not have.
 */
function first(names: readonly string[]): AlgorithmList<ServerHostKeyAlgorithm> {
  const pattern = new RegExp(`^(?:${names.join('|')})$`);
  // `ssh-rsa` signs with SHA-1, which OpenSSH refuses since 8.8.
  return {
    remove: [pattern, 'ssh-rsa'],
    prepend: pattern,
    append: [],
  } as unknown as AlgorithmList<ServerHostKeyAlgorithm>;
}
