import { AppError } from '../../../src-shared/errors';

/** The end of a connection, for everything that uses it. */
export interface Lost {
  /** Rejects when the connection is lost or closed. Never resolves. May be ignored. */
  readonly lost: Promise<never>;
  /** Returns the error for calls on a lost connection; `undefined` while there is a connection. */
  isLost(): AppError | undefined;
}

/** Creates a `Lost`, and the function that ends it. The first reason counts. */
export function createLost(name: string): Lost & { end(why: string): void } {
  let error: AppError | undefined;
  let fail: (error: AppError) => void;
  const lost = new Promise<never>((_, reject) => (fail = reject));
  // It may be ignored.
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

/** The error of a call that the end of the connection cut off. It is unknown whether the call succeeded. */
export function cutOff(name: string, why: string): AppError {
  return new AppError(
    'unreachable',
    `The connection to ${name} was lost (${why.replace(/\.$/, '')}). Its commands may still be running.`,
    'Connect again and check the state of the build.',
  );
}
