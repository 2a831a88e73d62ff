import { AppError } from '../../../src-shared/errors';

/** The end of a connection, for everything that uses it. */
export interface Lost {
  /** Rejects when the connection is lost or closed; never resolves, and may be left alone. */
  readonly lost: Promise<never>;
  /** The error for what was cut off, when the connection is no more. */
  isLost(): AppError | undefined;
}

/** A `Lost`, and the function that makes it so; the first reason counts. */
export function createLost(name: string): Lost & { end(why: string): void } {
  let error: AppError | undefined;
  let fail: (error: AppError) => void;
  const lost = new Promise<never>((_, reject) => (fail = reject));
  lost.catch(() => undefined);
  return {
    lost,
    isLost: () => error,
    end(why) {
      error ??= cutOff(name, why);
      fail(error);
    },
  };
}

/** What was cut off: it is neither done nor failed. */
export function cutOff(name: string, why: string): AppError {
  return new AppError(
    'unreachable',
    `The connection to ${name} was lost (${why.replace(/\.$/, '')}). State unknown: what ran there may still run.`,
    'Connect again and look.',
  );
}
