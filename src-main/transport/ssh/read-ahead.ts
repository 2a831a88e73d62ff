import type { Readable } from 'node:stream';

/** The data that is kept for a reader who is busy. The rest waits on the host. */
const MAX_AHEAD_BYTES = 256 * 1024;

/**
 * The data of a stream, read while the caller still uses the last piece: a stream's own iterator stops reading meanwhile, so that two
 * processes wait for each other in turn. Ends where the stream ends, also by an error, which the caller learns from the end of the command.
 */
export function readAhead(stream: Readable): AsyncIterator<Buffer, undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  // A process that printed nothing may have ended before.
  let isOver = stream.readableEnded || stream.destroyed;
  let wake = (): void => undefined;
  stream.on('data', (piece: Buffer) => {
    pieces.push(piece);
    size += piece.length;
    if (size >= MAX_AHEAD_BYTES) stream.pause();
    wake();
  });
  const end = (): void => {
    isOver = true;
    wake();
  };
  stream.on('end', end).on('close', end).on('error', end);
  return {
    async next() {
      for (;;) {
        const piece = pieces.shift();
        if (piece) {
          size -= piece.length;
          if (size < MAX_AHEAD_BYTES / 2 && stream.isPaused()) stream.resume();
          return { value: piece, done: false };
        }
        if (isOver) return { value: undefined, done: true };
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
