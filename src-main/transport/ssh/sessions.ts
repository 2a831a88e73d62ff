import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors';
import { MORE_SESSIONS } from '../../../src-shared/hosts/model';
import { createLimiter } from '../../async/limiter';
import type { Channel, Connection } from './connection';
import { forLoginShell } from './login-shell';
import { SessionRefused } from './session-refused';

/** sshd accepts ten sessions per connection (MaxSessions). Two stay free for files and for ending commands. */
const MAX_COMMANDS = 8;
/** sshd frees a session a moment after it has closed it, and refuses another one until then. */
const RETRY_MS = 100;
const MAX_TRIES = 50;
/** After so many refusals an SFTP session gives way to a command. */
const GIVE_WAY_TRIES = 3;
/** For this time the host may still count a session that has ended. */
const CLOSING_MS = 2000;

/** Prints a line at once and ends with its input. */
const HOLD = 'echo; exec cat';

/** The sessions of a connection, at most as many at a time as the host allows. Further callers are queued. */
export interface Sessions {
  /** Whether the host allows one at a time, as far as is known. */
  readonly isOne: boolean;
  /** Runs a line in the login shell, by `openTo` with a descriptor. Rejects with the lost-connection error, and with `unsupported` when the host opens no session. */
  open(line: string, descriptor?: number): Promise<Channel>;
  /** Finds out whether the host allows two at a time, while nothing else runs. */
  check(): Promise<void>;
}

/** @param giveWay ends a session that is open without need */
export function createSessions(connection: Connection, giveWay: () => void): Sessions {
  const limiter = createLimiter(MAX_COMMANDS);
  const place = (): Promise<void> => Promise.race([limiter.acquire(), connection.lost]);
  let open = 0;
  let ended: number[] = [];

  function track(channel: Channel): Channel {
    open++;
    void channel.closed.then(() => {
      open--;
      ended.push(Date.now());
      limiter.release();
    });
    return channel;
  }

  /** Called after a refusal with the number of sessions that the host has at most. Returns whether this is news. */
  function learn(count: number, tries: number): boolean {
    // One stays free for ending a command.
    const max = Math.max(1, count - 1);
    if (max === 1 || tries >= GIVE_WAY_TRIES) giveWay();
    const isNews = count > 0 && max < limiter.max;
    if (isNews) limiter.lower(max);
    return isNews;
  }

  async function openSession(line: string, descriptor?: number): Promise<Channel> {
    await place();
    for (let tries = 1; ; tries++) {
      try {
        return track(
          await (descriptor === undefined || !connection.openTo
            ? connection.open(line)
            : connection.openTo(line, descriptor)),
        );
      } catch (error) {
        const lost = connection.isLost();
        // An own session ends some day, and then it is the turn of this one.
        if (open > 0) tries = 1;
        if (lost || tries === MAX_TRIES) {
          limiter.release();
          throw lost ?? explained(connection, error);
        }
        ended = ended.filter((time) => Date.now() - time < CLOSING_MS);
        if (error instanceof SessionRefused && learn(open + ended.length, tries)) {
          limiter.release();
          await place();
        } else await Promise.race([delay(RETRY_MS), connection.lost]);
      }
    }
  }

  return {
    get isOne() {
      return limiter.max === 1;
    },
    open: openSession,
    async check() {
      const first = await openSession(forLoginShell([], HOLD));
      try {
        discard(await connection.open(forLoginShell([], ':')));
      } catch (error) {
        if (!(error instanceof SessionRefused)) throw error;
        learn(1, 1);
      } finally {
        discard(first);
      }
    },
  };
}

/** Ends the input of a session and reads the rest of its output, without which it does not close. */
function discard({ stdin, stdout, stderr }: Channel): void {
  stdin.end();
  stdout.resume();
  stderr.resume();
}

function explained({ name }: Connection, error: unknown): unknown {
  if (!(error instanceof SessionRefused)) return error;
  return new AppError('unsupported', `${name} opens no session for a command: ${error.message}.`, MORE_SESSIONS);
}
