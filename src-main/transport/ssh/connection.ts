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

/** One machine on the way. */
export interface SshHost {
  readonly host: string;
  readonly port: number;
  /** Under which name its key is known, when not under its own (`HostKeyAlias`). */
  readonly hostKeyAlias?: string;
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
  readonly readyTimeout?: number;
}

/** A way to a host, logged in. */
export interface Connection extends Lost {
  /** `host`, or `[host]:port`. */
  readonly name: string;
  /** Of the host's key: its algorithm, and its fingerprint as OpenSSH prints it. */
  readonly hostKey: { readonly type: string; readonly fingerprint: string };
  readonly ssh: NodeSSH;
  readonly client: Client;
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
      readyTimeout: 0, // ours waits while a person thinks
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
      // Its type leaves out `false`, the word for "nothing more" (ssh2 README, authHandler).
      authHandler: (allowed, partial, use) =>
        authentication.next(allowed, partial, use as (method: AnyAuthMethod | false) => void),
    });
    const client = ssh.connection;
    if (!client) throw new Error('node-ssh has no client after connect() was called');
    const { end, ...lost } = createLost(name);
    const authenticated = new Promise<void>((resolve, reject) => {
      // From the first moment: without a listener a connection that is reset ends this program.
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
        reject(new AppError('refused', `${name} wants ${to.login.user} to set a new password first.`)),
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
      // A link that is frozen never answers the farewell.
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

/** An agent that did not sign: ssh2 tells of it as an error, and goes on to the next key. */
function isAgentError(error: Error & { level?: string }): boolean {
  return error.level === 'agent';
}

/** Why we were not let in. `authentication` is given when the host is trusted. */
function explainFailure(
  error: Error & { level?: string; code?: unknown },
  name: string,
  authentication?: Authentication,
): AppError {
  if (authentication && error.level === 'client-authentication') return authentication.reason();
  // The host's own farewell has a number (RFC 4253, 11.1): too many attempts, most of the time.
  if (authentication && typeof error.code === 'number') return authentication.reason(error.message);
  return new AppError('unreachable', `${name} has not let us in: ${error.message.replace(/\.$/, '')}.`);
}

function asAppError(error: unknown, name: string): AppError {
  if (error instanceof AppError) return error;
  return explainFailure(error instanceof Error ? error : new Error(String(error)), name);
}

/**
 * Moves algorithms to the front of the default list: taken out first, since ssh2 leaves those that are in it where they are. A pattern and
 * not names: ssh2 ends with an error for a name that this program's crypto library does not have. Its type knows names only.
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
